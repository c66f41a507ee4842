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

// A bucket that holds one request is full when the next one comes, though the one before may have arrived late: none is refused but
// of those that are sent before anything is known.
func TestBucketOfOneRequest(t *testing.T) {
	for _, rpm := range []int{15, 30, 60} {
		for seed := range uint64(20) {
			w := newWorld(newProvider(kind{"second", "actual", false}, rpm, 0), seed)
			w.join(64, Config{})
			if b := w.books(4 * time.Minute); b.answered < 4*rpm-firstProbe || b.refused >= firstProbe {
				t.Errorf("RPM %d, seed %d: %d of %d are answered after four minutes, %d were refused", rpm, seed, b.answered, 4*rpm, b.refused)
			}
		}
	}
}

// Of the first requests, which are sent together, the answer to the last says little if it has arrived first; those to the others
// are no less true.
func TestOlderAnswersProveCapacity(t *testing.T) {
	const rpm, seeds = 5, 100
	inTime := 0
	for seed := range uint64(seeds) {
		w := newWorld(newProvider(kind{"minute", "actual", false}, rpm, 0), seed)
		w.jobs = 4 * rpm
		w.join(64, Config{})
		if w.books(3*time.Minute+3*time.Second).answered == 4*rpm {
			inTime++
		}
	}
	if inTime < seeds/2 {
		t.Errorf("%d of %d jobs took hardly longer than the limit demands, want half", inTime, seeds)
	}
}
