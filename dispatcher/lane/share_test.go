package lane

import (
	"testing"
	"time"
)

// Two processes that share one key, and know nothing of each other, come to share its limit. Without headers nothing tells how a
// bucket is shared, and it is used in any proportion.
func TestTwoProcesses(t *testing.T) {
	for _, tt := range []struct {
		kind
		refused float64 // at most
		least   float64 // share of either process
	}{
		{kind{"minute", "sum", false}, 0.005, 0.35},
		{kind{"fixed", "sum", false}, 0.005, 0.35},
		{kind{"sliding", "sum", false}, 0.012, 0.35},
		{kind{"second", "sum", false}, 0.012, 0.35},
		{kind{"minute", "sum", true}, 0.02, 0.1},
		{kind{"second", "sum", true}, 0.02, 0.1},
		{kind{"fixed", "sum", true}, 0.01, 0.35},
		{kind{"sliding", "sum", true}, 0.01, 0.35},
	} {
		t.Run(tt.String(), func(t *testing.T) {
			for seed := range uint64(*seeds) {
				w := newWorld(newProvider(tt.kind, 1250, 500_000), seed)
				one, two := w.join(125, Config{}), w.join(125, Config{})
				before, ones, twos := w.books(3*time.Minute), one.answered, two.answered
				o := between(before, w.books(6*time.Minute))
				ones, twos = one.answered-ones, two.answered-twos
				t.Logf("used %.1f %%, refused %.2f %%, %d to %d", 100*o.used, 100*o.refused, ones, twos)
				if share := float64(min(ones, twos)) / float64(ones+twos); o.used < 0.94 || o.refused > tt.refused || share < tt.least {
					t.Errorf("seed %d: used %.1f %%, refused %.2f %%, %d to %d", seed, 100*o.used, 100*o.refused, ones, twos)
				}
			}
		})
	}
}

// What one process leaves of a bucket of a second is taken up by the other.
func TestOtherProcessLeaves(t *testing.T) {
	for seed := range uint64(*seeds) {
		w := newWorld(newProvider(kind{"second", "sum", false}, 1250, 500_000), seed)
		w.join(125, Config{})
		other := w.join(125, Config{})
		w.run(4 * time.Minute)
		other.left = true
		o := between(w.books(6*time.Minute), w.books(9*time.Minute))
		t.Logf("used %.1f %%, refused %.2f %%", 100*o.used, 100*o.refused)
		if o.used < 0.95 || o.refused > 0.005 {
			t.Errorf("seed %d: used %.1f %%, refused %.2f %%", seed, 100*o.used, 100*o.refused)
		}
	}
}
