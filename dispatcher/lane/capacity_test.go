package lane

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A bucket that holds a whole minute's requests is used up at once, in whatever order the first ones arrive.
func TestWholeBucketIsTried(t *testing.T) {
	for _, rpm := range []int{60, 120, 300, 600} {
		for seed := range uint64(100) {
			w := newWorld(newProvider(kind{"minute", "actual", false}, rpm, 0), seed)
			w.jobs = 2 * rpm
			w.latency = func(*rand.Rand, int) time.Duration { return 300 * time.Millisecond }
			w.join(64, Config{})
			if b := w.books(66 * time.Second); b.answered < 2*rpm {
				t.Errorf("RPM %d, seed %d: %d of %d are answered after a minute and a tenth", rpm, seed, b.answered, 2*rpm)
			}
		}
	}
}
