package main

import "slices"

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

// of is a figure of a peer; false if it failed in every round.
func (o *outcome) of(name, figure string) (spread, bool) {
	var values []float64
	for _, f := range o.rounds[name] {
		if f != nil {
			values = append(values, f[figure])
		}
	}
	return over(values), len(values) > 0
}

// ratio is a figure of a peer in the one of its baseline, round by round, because machines drift; false if in no round both have it.
func (o *outcome) ratio(p *peer, figure string) (spread, bool) {
	var values []float64
	base := o.rounds[p.base]
	for i, f := range o.rounds[p.name] {
		if f != nil && i < len(base) && base[i][figure] > 0 {
			values = append(values, f[figure]/base[i][figure])
		}
	}
	return over(values), len(values) > 0
}
