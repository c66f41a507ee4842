package cell

import (
	"fmt"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// The kinds of comparison.
const (
	Complete = "complete" // an answer of 1 KB, from 64 callers
	Stream   = "stream"   // 100 chunks, from 64 callers
	Held     = "held"     // many requests waiting for the server at once
	Limited  = "limited"  // more requests than a rate limit lets through at once
)

const (
	callers   = 64
	unlimited = 90_000_000 // requests a minute that no client reaches
)

// Figures are what a cell found, by name: of Complete and Stream cpu, server, p50 and p99 in nanoseconds, allocations and bytes;
// of Held memory and stacks in bytes, and goroutines, each for a request; of Limited see underLimit.
type Figures map[string]float64

// Measure opens a client and takes its figures over n requests of a kind. It blocks until all have ended. Limited brings a
// server of its own.
func Measure(kind string, open Open, root string, n int) (Figures, error) {
	switch kind {
	case Complete:
		return cost(open, root, n, func(c *Client) Ask { return c.Complete })
	case Stream:
		return cost(open, root, n, func(c *Client) Ask { return c.Stream })
	case Held:
		return inFlight(open, root, n)
	case Limited:
		return underLimit(open, n)
	}
	return nil, fmt.Errorf("comparison %q: use %s, %s, %s or %s", kind, Complete, Stream, Held, Limited)
}

func cost(open Open, root string, n int, of func(*Client) Ask) (Figures, error) {
	client, err := open(Site{root, callers, unlimited})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	call := of(client).length
	if _, err := yardstick.Take(call, callers, max(n/10, callers)); err != nil { // dials, fills pools
		return nil, err
	}
	before, err := yardstick.ServerCPU(root)
	if err != nil {
		return nil, err
	}
	c, err := yardstick.Take(call, callers, n)
	if err != nil {
		return nil, err
	}
	after, err := yardstick.ServerCPU(root)
	each := func(total float64) float64 { return total / float64(n) }
	return Figures{
		"cpu": each(float64(c.CPU)), "allocations": each(float64(c.Allocations)), "bytes": each(float64(c.Bytes)),
		"p50": float64(c.P50), "p99": float64(c.P99), "server": each(float64(after - before)),
	}, err
}

func inFlight(open Open, root string, n int) (Figures, error) {
	client, err := open(Site{yardstick.Holding(root), n, unlimited})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	h, err := yardstick.Hold(root, n, client.Complete.length)
	if err != nil {
		return nil, err
	}
	return Figures{"memory": h.Heap + h.Stacks, "stacks": h.Stacks, "goroutines": h.Goroutines}, nil
}
