package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// patience is how long a measurement may take, many times what any should.
const patience = 2 * time.Minute

// comparison is one of all clients.
type comparison struct {
	kind, root string
	rounds, n  int
	programs   programs
	progress   io.Writer
}

// outcome has the figures of each peer, one for each round, nil where it failed, and what it failed of.
type outcome struct {
	mu     sync.Mutex
	rounds map[string][]cell.Figures
	faults map[string][]error
}

// run measures every peer in turn, in an order that is turned around from round to round, each in a process of its own. Under
// a rate limit, where they mostly wait, all are measured at once.
func (c comparison) run() *outcome {
	o := &outcome{rounds: map[string][]cell.Figures{}, faults: map[string][]error{}}
	for round := range c.rounds {
		order := taking(c.kind)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		var turns errgroup.Group
		turns.SetLimit(1)
		if c.kind == cell.Limited {
			turns.SetLimit(len(order))
		}
		for _, p := range order {
			turns.Go(func() error { c.measure(p, o); return nil })
		}
		_ = turns.Wait()
		fmt.Fprintf(c.progress, "%s: round %d of %d done\n", c.kind, round+1, c.rounds)
	}
	return o
}

func (c comparison) measure(p *peer, o *outcome) {
	if o.hung(p.name) {
		o.add(p.name, nil, nil)
		return
	}
	program, err := c.programs.of(p)
	if err != nil {
		o.add(p.name, nil, err)
		return
	}
	f, err := cell.Order{Kind: c.kind, Client: p.name, Root: c.root, N: c.n}.Apart(program, patience)
	if err != nil {
		fmt.Fprintf(c.progress, "%s: %s failed: %v\n", c.kind, p.name, err)
	}
	o.add(p.name, f, err)
}

// taking lists the peers that take part in a comparison.
func taking(kind string) (list []*peer) {
	for i := range peers {
		if peers[i].in(kind) {
			list = append(list, &peers[i])
		}
	}
	return list
}

func (o *outcome) add(name string, f cell.Figures, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rounds[name] = append(o.rounds[name], f)
	if err != nil {
		o.faults[name] = append(o.faults[name], err)
	}
}

// hung says that a client was not done in time once. It gets no second turn: the rounds would take hours.
func (o *outcome) hung(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return errors.Is(errors.Join(o.faults[name]...), context.DeadlineExceeded)
}
