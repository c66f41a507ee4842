package policy

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Order puts the candidates for a request in order of preference. It reorders or shortens the list that it is given and
// returns it; what it has no opinion on keeps its place, so that orders can follow one another (see Sequence).
type Order interface {
	Arrange(q *Query, candidates []int) []int
}

// Query is what an Order may look at, until it returns.
type Query struct {
	Request *request.Request
	// Targets are all targets; candidates are indexes into it.
	Targets []Target
	// Turn counts requests, from 0.
	Turn uint64
	// Rand is the source of chance. The same seed and the same turns give the same orders.
	Rand *rand.Rand
	// Cost is what the request is expected to cost at a target; false where it is not known. Nil: nothing is known.
	Cost func(target int) (request.Money, bool)
	// Prompt estimates the size of the prompt in tokens. Nil: it is not known.
	Prompt func() int
}

// Target is what an Order may know of a target.
type Target struct {
	Name     string
	Provider string
	Model    string
	Labels   map[string]string
	// Weight is its share among others; 0 counts as 1.
	Weight int
	Can    request.Capabilities

	// InFlight is the number of its requests under way.
	InFlight int
	// Latency to the end of an answer, TTFT to its first chunk, and PerToken between tokens, as measured lately; 0 is unknown.
	Latency  time.Duration
	TTFT     time.Duration
	PerToken time.Duration
}

// OrderFunc makes an Order of a function.
type OrderFunc func(q *Query, candidates []int) []int

// Arrange calls f.
func (f OrderFunc) Arrange(q *Query, candidates []int) []int { return f(q, candidates) }

// Chain keeps the order in which the targets were given.
func Chain() Order { return OrderFunc(func(_ *Query, candidates []int) []int { return candidates }) }

// Sequence applies orders one after the other: the last one counts most.
func Sequence(orders ...Order) Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		for _, o := range orders {
			candidates = o.Arrange(q, candidates)
		}
		return candidates
	})
}

// RoundRobin begins with the next target at each request.
func RoundRobin() Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		if n := len(candidates); n > 1 {
			rotate(candidates, int(q.Turn%uint64(n)))
		}
		return candidates
	})
}

func rotate(list []int, n int) {
	slices.Reverse(list[:n])
	slices.Reverse(list[n:])
	slices.Reverse(list)
}

// Weighted draws targets by their weights.
func Weighted() Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		for from := range candidates {
			draw(q, candidates[from:])
		}
		return candidates
	})
}

// draw moves one candidate to the front, by weight; the others keep their order.
func draw(q *Query, candidates []int) {
	total := 0
	for _, c := range candidates {
		total += q.Targets[c].weight()
	}
	dice := q.Rand.IntN(total)
	for i, c := range candidates {
		if dice -= q.Targets[c].weight(); dice < 0 {
			copy(candidates[1:i+1], candidates[:i])
			candidates[0] = c
			return
		}
	}
}

func (t *Target) weight() int { return max(1, t.Weight) }

// LeastBusy prefers targets with the fewest requests under way for their weight.
func LeastBusy() Order {
	return by(func(q *Query, a, b int) int {
		x, y := &q.Targets[a], &q.Targets[b]
		return cmp.Compare(x.InFlight*y.weight(), y.InFlight*x.weight())
	})
}

// LowestLatency prefers targets whose answers take the shortest; those not measured yet come first, so that they are.
func LowestLatency() Order { return fastest(func(t *Target) time.Duration { return t.Latency }) }

// LowestTTFT prefers targets whose first chunk comes soonest, LowestPerToken those that write fastest.
func LowestTTFT() Order     { return fastest(func(t *Target) time.Duration { return t.TTFT }) }
func LowestPerToken() Order { return fastest(func(t *Target) time.Duration { return t.PerToken }) }

func fastest(measure func(*Target) time.Duration) Order {
	return by(func(q *Query, a, b int) int { return cmp.Compare(measure(&q.Targets[a]), measure(&q.Targets[b])) })
}

// LowestCost prefers targets where this request is expected to cost the least; those without a price come last.
func LowestCost() Order {
	return by(func(q *Query, a, b int) int {
		if q.Cost == nil {
			return 0
		}
		x, known := q.Cost(a)
		y, also := q.Cost(b)
		switch {
		case known && also:
			return cmp.Compare(x, y)
		case known:
			return -1
		case also:
			return 1
		}
		return 0
	})
}

// by sorts candidates and keeps the order of equal ones.
func by(compare func(q *Query, a, b int) int) Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		slices.SortStableFunc(candidates, func(a, b int) int { return compare(q, a, b) })
		return candidates
	})
}
