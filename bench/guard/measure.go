package guard

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// counted is how many operations allocations are counted over, in each of counts turns.
	counted = 512
	counts  = 3
	// A turn is short, so that most turns are over before another process takes the processor.
	turn  = 100 * time.Microsecond
	turns = 60
)

// Measure gives what an operation costs; op does n of them. All is measured on one processor and with the collector off, so that
// pools keep what they hold, and the least of many turns counts.
func Measure(op func(n int)) Cost {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	op(counted) // fills pools and grows what grows
	allocations, bytes := count(op)
	return Cost{allocations, bytes, inTurns(op, newYardstick().work)}
}

// count gives the allocations and bytes of one operation.
func count(op func(n int)) (allocations, bytes float64) {
	for i := range counts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		op(counted)
		runtime.ReadMemStats(&after)
		a, b := float64(after.Mallocs-before.Mallocs)/counted, float64(after.TotalAlloc-before.TotalAlloc)/counted
		if i == 0 {
			allocations, bytes = a, b
		}
		allocations, bytes = min(allocations, a), min(bytes, b)
	}
	return allocations, bytes
}

// inTurns gives the time of one operation as a multiple of that of the other.
func inTurns(op, yardstick func(n int)) float64 {
	both := [2]func(int){op, yardstick}
	var n [2]int
	var best [2]time.Duration
	for i, do := range both {
		n[i] = 1
		for best[i] = took(do, 1); best[i] < turn; best[i] = took(do, n[i]) {
			n[i] *= 2
		}
	}
	for range turns {
		for i, do := range both {
			best[i] = min(best[i], took(do, n[i]))
		}
	}
	return float64(best[0]) / float64(n[0]) * float64(n[1]) / float64(best[1])
}

func took(do func(n int), n int) time.Duration {
	start := time.Now()
	do(n)
	return time.Since(start)
}

// yardstick does by hand what a call through the dispatcher mostly consists of: it looks at the clock, locks, looks into a map,
// allocates, and makes contexts.
type yardstick struct {
	mu    sync.Mutex
	known map[string]time.Time
	last  *[512]byte
}

func newYardstick() *yardstick { return &yardstick{known: map[string]time.Time{"one": {}, "two": {}}} }

func (y *yardstick) work(n int) {
	for range n {
		ctx, cancel := context.WithCancel(context.Background())
		for _, name := range [...]string{"one", "two"} {
			y.mu.Lock()
			y.known[name], y.last = time.Now(), new([512]byte)
			y.mu.Unlock()
		}
		cancel()
		<-ctx.Done()
	}
}
