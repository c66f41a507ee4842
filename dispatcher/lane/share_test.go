package lane

import (
	"testing"
	"time"
)

// Two processes that share one key, and know nothing of each other, come to share its limit. Of a bucket of a second all is
// gone before an answer tells what the other has used, so that a share of the requests is refused there; and without headers
// nothing tells how a limit is shared.
func TestTwoProcesses(t *testing.T) {
	for _, tt := range []struct {
		kind
		refused float64 // at most
		least   float64 // share of either process
	}{
		{kind{"minute", "sum", false}, 0.01, 0.35},
		{kind{"fixed", "sum", false}, 0.01, 0.35},
		{kind{"sliding", "sum", false}, 0.01, 0.35},
		{kind{"second", "sum", false}, 0.32, 0.35},
		{kind{"minute", "sum", true}, 0.01, 0.1},
		{kind{"second", "sum", true}, 0.01, 0.1},
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
				if share := float64(min(ones, twos)) / float64(ones+twos); o.used < 0.95 || o.refused > tt.refused || share < tt.least {
					t.Errorf("seed %d: used %.1f %%, refused %.2f %%, %d to %d", seed, 100*o.used, 100*o.refused, ones, twos)
				}
			}
		})
	}
}
