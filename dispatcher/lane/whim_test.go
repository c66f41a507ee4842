package lane

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Refusals that have nothing to do with what is sent look like limits where there are no headers. Those of the very first
// requests, or of some of all, must not bring the lane to a stop: after three minutes it sends two thirds at least of what its
// callers can.
func TestWhims(t *testing.T) {
	var rng *rand.Rand
	oneOf := func(n int) func(int) bool { return func(int) bool { return rng.IntN(n) == 0 } }
	for name, tt := range map[string]struct {
		whim   func(sent int) bool
		silent bool
	}{
		"the first three":                 {func(sent int) bool { return sent <= 3 }, false},
		"the first three, without a wait": {func(sent int) bool { return sent <= 3 }, true},
		"the thirtieth, without a wait":   {func(sent int) bool { return sent == 30 }, true},
		"one of a hundred":                {oneOf(100), false},
		"one of fifty":                    {oneOf(50), false},
		"one of ten":                      {oneOf(10), false},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(2 * *seeds) {
				rng = rand.New(rand.NewPCG(1, seed))
				p := newProvider(kind{"minute", "sum", true}, 0, 0)
				p.whim, p.silent = func() bool { return tt.whim(p.books.sent) }, tt.silent
				w := newWorld(p, seed)
				w.join(64, Config{})
				before := w.books(3 * time.Minute)
				after := w.books(5 * time.Minute)
				// Callers need 1.6 s for each request.
				if got := after.answered - before.answered; got < 64*120*5/8*2/3 {
					t.Errorf("seed %d: %d answers in two minutes", seed, got)
				}
			}
		})
	}
}
