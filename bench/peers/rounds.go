package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
)

// outcome has the figures of each peer, one for each round, and what went wrong with it.
type outcome struct {
	rounds map[string][]figures
	faults map[string]error
}

// compare measures every peer in turn, in an order that is turned around from round to round, each in a process of its own.
func compare(kind, root string, rounds, n int) outcome {
	o := outcome{map[string][]figures{}, map[string]error{}}
	for round := range rounds {
		order := taking(kind)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, p := range order {
			f, err := apart(kind, p.name, root, n)
			if err != nil {
				o.faults[p.name] = err
				continue
			}
			fmt.Fprintf(os.Stderr, "%s, round %d of %d: %s %v\n", kind, round+1, rounds, p.name, f)
			o.rounds[p.name] = append(o.rounds[p.name], f)
		}
	}
	return o
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

// apart runs one measurement in a process of its own.
func apart(kind, name, root string, n int) (f figures, err error) {
	cmd := exec.Command(os.Args[0], "-cell", kind, "-peer", name, "-root", root, "-n", strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", kind, name, err)
	}
	if err := json.Unmarshal(out, &f); err != nil {
		return nil, fmt.Errorf("%s of %s printed %q: %w", kind, name, out, err)
	}
	return f, nil
}

// spread is the middle and the ends of a figure over the rounds.
type spread struct{ median, low, high float64 }

func over(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	s := spread{sorted[middle], sorted[0], sorted[len(sorted)-1]}
	if len(sorted)%2 == 0 {
		s.median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return s
}

// of is a figure of a peer.
func (o outcome) of(name, figure string) spread {
	var values []float64
	for _, f := range o.rounds[name] {
		values = append(values, f[figure])
	}
	return over(values)
}

// ratio is a figure of a peer in the one of its baseline, round by round, because machines drift.
func (o outcome) ratio(p *peer, figure string) spread {
	var values []float64
	base := o.rounds[p.base]
	for i, f := range o.rounds[p.name] {
		if i < len(base) && base[i][figure] > 0 {
			values = append(values, f[figure]/base[i][figure])
		}
	}
	return over(values)
}
