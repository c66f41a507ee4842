// Package clients holds tests only: they run the vendor's official client library, unchanged, against the simulator. What
// it accepts, a program written for the vendor accepts. It is a module of its own, so that the client and all it needs
// stay out of llmgate's requirements.
package clients
