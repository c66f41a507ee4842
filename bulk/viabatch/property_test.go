package viabatch_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/request"
)

// life is a caller's durable state over any number of runs, each of which dies at a random time.
type life struct {
	*stage
	rng  *rand.Rand
	n    int
	runs int
}

// open tells the items without a result, wanted the batches that have some.
func (l *life) open(id string) bool { _, done := l.results[id]; return !done }

func (l *life) wanted() (list []viabatch.Submitted) {
	for _, b := range l.batches {
		b.Items = slices.DeleteFunc(slices.Clone(b.Items), func(id string) bool { return !l.open(id) })
		if len(b.Items) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// again runs until death or the end, which it reports.
func (l *life) again() bool {
	ctx, cancel := context.WithTimeout(l.Context(), time.Duration(1+l.rng.IntN(20))*time.Hour)
	defer cancel()
	cfg := l.config(l.n)
	cfg.Poll, cfg.InFlight, cfg.Attached = 20*time.Minute, 1+l.rng.IntN(4), l.wanted()
	all := cfg.Items
	cfg.Items = func(yield func(request.BatchItem, error) bool) {
		for item, err := range all {
			if l.open(item.ID) && !yield(item, err) {
				return
			}
		}
	}
	l.runs++
	err := l.runIn(ctx, cfg)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		l.Fatal(err)
	}
	return err == nil
}

// Whatever dies when, and whatever expires: each item has one result, and none is paid for twice.
func TestEachItemHasOneResult(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		cfg := sim.Config{Seed: seed, Batches: sim.Batches{
			Delay: time.Duration(1+rng.IntN(30)) * time.Hour, Expired: 0.3 * rng.Float64(), Errored: 0.2 * rng.Float64(), Missing: 0.2 * rng.Float64(),
		}}
		on(t, cfg, func(s *stage) {
			l := &life{stage: s, rng: rng, n: 1 + rng.IntN(80)}
			for !l.again() {
				if l.runs > 200 {
					s.Fatal("no end of it")
				}
			}
			if len(s.results) != l.n {
				s.Errorf("%d results of %d items", len(s.results), l.n)
			}
			sent := map[string]int{}
			for _, b := range s.batches {
				for _, id := range b.Items {
					if sent[id]++; sent[id] > 2 {
						s.Errorf("seed %d: %s was sent %d times", seed, id, sent[id])
					}
				}
			}
			for question, times := range s.bills {
				if times != 1 {
					s.Errorf("seed %d: %s was answered %d times", seed, question, times)
				}
			}
		}, []string{"openai", "anthropic"}[seed%2])
	}
}
