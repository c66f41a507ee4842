package dispatcher

import (
	"sync"

	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// Stats are a Dispatcher's books as they stand.
type Stats struct {
	// InFlight are requests that were accepted and have not ended, waiting ones included.
	InFlight int
	// Requests have reached the targets so far; what a cache answered is not among them.
	Requests uint64
	// Targets in the order of the configuration; Total is the sum of what they spent.
	Targets []TargetStats
	Total   Spent
}

// TargetStats are the books of one target. Attempts that its lane or the ledger refused were not made and are not in them.
type TargetStats struct {
	router.TargetStats
	Lane lane.Stats
	Spent
	// Latencies and FirstChunks are of answers, whole and first pieces, since the start.
	Latencies   Percentiles
	FirstChunks Percentiles
}

// Spent is what answers, and failures as far as they are known, used.
type Spent struct {
	PromptTokens int64
	OutputTokens int64
	// Cost is the sum of the costs that are known, Unpriced the number of answers whose cost is not.
	Cost     request.Money
	Unpriced int64
}

func (s *Spent) add(more Spent) {
	s.PromptTokens += more.PromptTokens
	s.OutputTokens += more.OutputTokens
	s.Cost += more.Cost
	s.Unpriced += more.Unpriced
}

// books are what the attempts at one target came to.
type books struct {
	mu                sync.Mutex
	spent             Spent
	latencies, firsts histogram
}

func (b *books) add(try *request.Attempt) {
	one := Spent{PromptTokens: int64(try.Usage.PromptTokens()), OutputTokens: int64(try.Usage.OutputTokens)}
	switch {
	case try.Usage.Priced:
		one.Cost = try.Usage.Cost
	case try.Class == "":
		one.Unpriced = 1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent.add(one)
	if try.Class != "" {
		return
	}
	b.latencies.add(try.Latency)
	if try.TTFT > 0 {
		b.firsts.add(try.TTFT)
	}
}

// Stats returns the books as they stand. It does not block.
func (d *Dispatcher) Stats() Stats {
	routed := d.router.Stats()
	s := Stats{InFlight: d.life.inFlight(), Requests: routed.Requests}
	for i, g := range d.gates {
		t := TargetStats{TargetStats: routed.Targets[i], Lane: g.lane.Stats()}
		g.books.mu.Lock()
		t.Spent, t.Latencies, t.FirstChunks = g.books.spent, g.books.latencies.percentiles(), g.books.firsts.percentiles()
		g.books.mu.Unlock()
		s.Targets = append(s.Targets, t)
		s.Total.add(t.Spent)
	}
	return s
}
