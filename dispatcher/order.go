package dispatcher

import (
	"cmp"
	"slices"

	"github.com/seed63918563/llmgate/policy"
)

// shortestQueue is the order unless the configuration has another one.
var shortestQueue = policy.OrderFunc(func(q *policy.Query, candidates []int) []int {
	slices.SortStableFunc(candidates, func(i, j int) int {
		a, b := &q.Targets[i], &q.Targets[j]
		if !samePool(a, b) {
			return cmp.Compare(head(q, i), head(q, j))
		}
		return cmp.Compare(a.InFlight*max(1, b.Weight), b.InFlight*max(1, a.Weight))
	})
	return candidates
})

// head is the first target of the pool that a target belongs to.
func head(q *policy.Query, target int) int {
	return slices.IndexFunc(q.Targets[:target+1], func(t policy.Target) bool {
		return t.Name == q.Targets[target].Name || samePool(&t, &q.Targets[target])
	})
}

func samePool(a, b *policy.Target) bool {
	return a.Provider != "" && a.Provider == b.Provider && a.Model == b.Model
}

// pooled reports whether two targets differ in nothing but the key.
func pooled(targets []Target) bool {
	for i := range targets {
		for j := range targets[:i] {
			if a, b := &targets[i], &targets[j]; a.Provider != "" && a.Provider == b.Provider && a.Model == b.Model {
				return true
			}
		}
	}
	return false
}
