package yardstick

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/cputime"
)

// Below heldPath the server holds requests back until it is told to let them go, so that a client can be looked at while it
// waits for all of them.
const (
	heldPath    = "/held"
	waitingPath = "/waiting"
	releasePath = "/release"
	cpuPath     = "/cpu"
)

// Holding is the address below which the server at root holds requests back.
func Holding(root string) string { return root + heldPath }

// holding holds requests before a handler.
type holding struct {
	next    http.Handler
	waiting atomic.Int64

	mu   sync.Mutex
	open chan struct{} // closed, and replaced, by a release
}

func newHolding(next http.Handler) *holding {
	return &holding{next: next, open: make(chan struct{})}
}

func (h *holding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == waitingPath:
		_, _ = io.WriteString(w, strconv.FormatInt(h.waiting.Load(), 10))
	case r.URL.Path == cpuPath:
		used, _ := cputime.Used()
		_, _ = io.WriteString(w, strconv.FormatInt(int64(used), 10))
	case r.URL.Path == releasePath:
		h.mu.Lock()
		close(h.open)
		h.open = make(chan struct{})
		h.mu.Unlock()
	default:
		if strings.HasPrefix(r.URL.Path, heldPath) {
			body, _ := io.ReadAll(r.Body) // before that is done, the server does not notice a client that leaves
			r.Body = io.NopCloser(bytes.NewReader(body))
			h.hold(r.Context())
		}
		h.next.ServeHTTP(w, r)
	}
}

func (h *holding) hold(ctx context.Context) {
	h.mu.Lock()
	open := h.open
	h.mu.Unlock()
	h.waiting.Add(1)
	defer h.waiting.Add(-1)
	select {
	case <-open:
	case <-ctx.Done():
	}
}

// warming is how many bursts InFlight makes before the one that it measures. The first dials, and what the runtime gives a new
// goroutine for its stack goes by how much others have used.
const warming = 3

// Held is what each call takes while it waits for the provider, its connection included: what is live on the heap, stacks, in
// bytes, and goroutines.
type Held struct{ Heap, Stacks, Goroutines float64 }

// InFlight has b.N calls under way at once, to an address of the server below /held, and reports what each takes.
func InFlight(b *testing.B, root string, call Call) {
	b.Helper()
	h, err := Hold(root, b.N, call)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	b.ReportMetric((h.Heap+h.Stacks)/1e3, "KB/call")
	b.ReportMetric(h.Stacks/1e3, "KB-of-stacks/call")
	b.ReportMetric(h.Goroutines, "goroutines/call")
}

// Hold has n calls under way at once, to an address of the server below /held. It returns when all have been answered.
func Hold(root string, n int, call Call) (each Held, err error) {
	if err := burst(root, 1, call, func() {}); err != nil { // from which the client learns the limits
		return Held{}, err
	}
	before := footprint()
	for range warming {
		if err := burst(root, n, call, func() {}); err != nil {
			return Held{}, err
		}
	}
	err = burst(root, n, call, func() {
		now := footprint()
		share := func(after, before float64) float64 { return (after - before) / float64(n) }
		each = Held{share(now.Heap, before.Heap), share(now.Stacks, before.Stacks), share(now.Goroutines, before.Goroutines)}
	})
	return each, err
}

// burst makes n calls, looks at them when the server has them all, and lets them go.
func burst(root string, n int, call Call, look func()) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	failed := make(chan error, n)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if length, err := call(ctx); err != nil || length == 0 {
				failed <- errors.Join(err, errRaw)
			}
		})
	}
	came, err := 0, error(nil)
	for len(failed) == 0 && err == nil && came < n {
		time.Sleep(5 * time.Millisecond)
		came, err = waiting(root)
	}
	if came == n {
		look()
	} else {
		cancel() // those that come too late for the release
	}
	_, unreleased := get(root + releasePath)
	all.Wait()
	close(failed)
	return errors.Join(<-failed, err, unreleased)
}

func footprint() Held {
	runtime.GC()
	runtime.GC() // what pools held is gone only now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Held{float64(m.HeapAlloc), float64(m.StackInuse), float64(runtime.NumGoroutine())}
}

func waiting(root string) (int, error) {
	text, err := get(root + waitingPath)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// ServerCPU is what the server at root has used so far, 0 where its system does not tell.
func ServerCPU(root string) (time.Duration, error) {
	text, err := get(root + cpuPath)
	if err != nil {
		return 0, err
	}
	used, err := strconv.ParseInt(text, 10, 64)
	return time.Duration(used), err
}

func get(url string) (string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}
