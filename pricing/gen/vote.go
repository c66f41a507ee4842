package main

import (
	"cmp"
	"slices"
)

// verdict is how a vote came out.
type verdict int

const (
	silent    verdict = iota // nobody voted
	single                   // one source knows it
	unanimous                // all agree
	majority                 // more than half agree, others don't
	tiebreak                 // no majority; a source of lesser weight agrees with one side
	split                    // no majority and nothing to break the tie
	verdicts
)

var verdictNames = [verdicts]string{"unknown", "one source", "all agree", "majority", "tie broken", "no majority"}

// vote returns the value that more than half of the votes stand for. Without one it returns the least that breakers agree
// with, or else the least of all: what fits the least fits all. stands says whether one vote
// counts for another's value.
func vote[T cmp.Ordered](votes, breakers []T, stands func(v, value T) bool) (T, verdict) {
	var best T
	if len(votes) == 0 {
		return best, silent
	}
	most := 0
	for _, value := range votes {
		n := count(votes, func(v T) bool { return stands(v, value) })
		if n > most || n == most && value > best {
			best, most = value, n
		}
	}
	switch {
	case len(votes) == 1:
		return best, single
	case most == len(votes):
		return best, unanimous
	case 2*most > len(votes):
		return best, majority
	}
	backed := slices.DeleteFunc(slices.Clone(votes), func(v T) bool { return !slices.Contains(breakers, v) })
	if len(backed) > 0 {
		return slices.Min(backed), tiebreak
	}
	return slices.Min(votes), split
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, v := range list {
		if is(v) {
			n++
		}
	}
	return n
}

// sameLimit also takes for one what only a habit of writing tells apart: 128000 and 131072 are both 128K, and 1000000 is how
// some write 1048576. The larger stands.
func sameLimit(v, value int) bool {
	thousands := v%1000 == 0 && v/1000*1024 == value
	rounded := v%100_000 == 0 && v < value && value-v <= value/20
	return v == value || thousands || rounded
}

func same[T comparable](v, value T) bool { return v == value }
