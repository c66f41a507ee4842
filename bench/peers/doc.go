// Command peers measures llmgate beside the clients that a Go program would use in its place, in one run: CPU, allocations and
// latency of a call, streams, memory in flight, and what becomes of requests under a rate limit. It writes the tables of
// docs/benchmarks.md and of README.md; it says nothing of what the clients offer besides.
//
//	go -C bench/peers run . -write
//	go -C bench/peers run . -rounds 1 -only complete -n 2000
//
// All ask one server, a process of its own on loopback, in one dialect (anthropic-sdk-go in its own, beside a baseline of its
// own), over the same transport where a client takes one. Each figure comes from a process that does nothing else; the clients
// take turns, in an order that is turned around from round to round. One that fails, or is not done in time, is reported as that.
//
// It is a module of its own so that nobody who uses llmgate gets the dependencies of other clients; a client that does not go
// into one program with the others, for it needs another version of a package, is in a module below it.
package main
