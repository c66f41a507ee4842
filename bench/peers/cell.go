package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/yardstick"
)

// The kinds of comparison.
const (
	complete = "complete" // an answer of 1 KB, from 64 callers
	streamed = "stream"   // 100 chunks, from 64 callers
	held     = "held"     // many requests waiting for the server at once
	limited  = "limited"  // more requests than a rate limit lets through at once
)

const callers = 64

// figures are what a cell found, by the names of columns.
type figures map[string]float64

// measure opens a client and takes its figures; n is the number of requests.
func measure(kind string, p *peer, root string, n int) (figures, error) {
	switch kind {
	case complete:
		return cost(p, root, n, func(o *opened) ask { return o.complete })
	case streamed:
		return cost(p, root, n, func(o *opened) ask { return o.stream })
	case held:
		return inFlight(p, root, n)
	case limited:
		return underLimit(p, n)
	}
	return nil, fmt.Errorf("comparison %q: use %s, %s, %s or %s", kind, complete, streamed, held, limited)
}

func cost(p *peer, root string, n int, of func(*opened) ask) (figures, error) {
	o, err := p.open(site{root, callers})
	if err != nil {
		return nil, err
	}
	defer o.close()
	call := of(o).length
	if _, err := yardstick.Take(call, callers, max(n/10, callers)); err != nil { // dials, fills pools
		return nil, err
	}
	c, err := yardstick.Take(call, callers, n)
	if err != nil {
		return nil, err
	}
	each := func(total float64) float64 { return total / float64(n) }
	return figures{
		"cpu": each(float64(c.CPU)), "allocations": each(float64(c.Allocations)), "bytes": each(float64(c.Bytes)),
		"p50": float64(c.P50), "p99": float64(c.P99),
	}, nil
}

func inFlight(p *peer, root string, n int) (figures, error) {
	o, err := p.open(site{root + "/held", n})
	if err != nil {
		return nil, err
	}
	defer o.close()
	h, err := yardstick.Hold(root, n, ask(o.complete).length)
	if err != nil {
		return nil, err
	}
	return figures{"memory": h.Heap + h.Stacks, "stacks": h.Stacks, "goroutines": h.Goroutines}, nil
}

// The rate limit: a bucket that holds a second's allowance, as providers enforce larger limits, told in the headers of each
// answer and, with the time to wait, in each refusal.
const (
	rpm      = 3600
	thinking = 200 * time.Millisecond
	patience = 2 * time.Minute
)

// shortest is how long n requests take at least: the first second's allowance goes at once, the others as they come.
func shortest(n int) time.Duration {
	const perSecond = rpm / 60
	return time.Duration(max(0, n-perSecond))*time.Second/perSecond + thinking
}

// underLimit has n requests made at a provider that allows rpm. What a client costs does not matter here, so that the provider
// is in the same process, behind a real port; its books tell what it was asked.
func underLimit(p *peer, n int) (figures, error) {
	s, err := sim.New(sim.Config{TTFT: sim.Constant(thinking.Seconds()), Limits: sim.Limits{RPM: rpm, Shape: sim.Second}})
	if err != nil {
		return nil, err
	}
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	o, err := p.open(site{server.Root, callers})
	if err != nil {
		return nil, err
	}
	defer o.close()
	all, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var answered atomic.Int64
	begun := time.Now()
	yardstick.Spread(callers, n, func(context.Context, int) bool {
		if got, err := o.complete(all); err == nil && got.text != "" {
			answered.Add(1)
		}
		return true
	})
	wall := time.Since(begun)
	books := s.Stats()
	return figures{
		"answered": float64(answered.Load()) / float64(n), "refused": float64(books.RateLimited),
		"requests": float64(books.Requests) / float64(max(1, answered.Load())),
		"wall":     wall.Seconds(), "wall ratio": wall.Seconds() / shortest(n).Seconds(),
	}, nil
}
