package yardstick

import (
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
)

// Below heldPath the server holds requests back until it is told to let them go, so that a client can be looked at while it
// waits for all of them.
const (
	heldPath    = "/held"
	waitingPath = "/waiting"
	releasePath = "/release"
)

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
	case r.URL.Path == releasePath:
		h.mu.Lock()
		close(h.open)
		h.open = make(chan struct{})
		h.mu.Unlock()
	default:
		if strings.HasPrefix(r.URL.Path, heldPath) {
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

// InFlight has b.N calls under way at once, to an address of the server below /held, and reports the memory and the goroutines
// that each takes while it waits for the provider, its connection included: what is live on the heap, and stacks.
func InFlight(b *testing.B, root string, call Call) {
	b.Helper()
	burst(b, root, 1, call, func() {}) // from which the client learns the limits
	heap, stacks := memory()
	routines := runtime.NumGoroutine()
	for range warming {
		burst(b, root, b.N, call, func() {})
	}
	burst(b, root, b.N, call, func() {
		routines = runtime.NumGoroutine() - routines
		moreHeap, moreStacks := memory()
		heap, stacks = moreHeap-heap, moreStacks-stacks
	})
	each := func(n float64, unit string) { b.ReportMetric(n/float64(b.N), unit+"/call") }
	b.ReportMetric(0, "ns/op") // of no meaning here
	each((heap+stacks)/1e3, "KB")
	each(stacks/1e3, "KB-of-stacks")
	each(float64(routines), "goroutines")
}

// burst makes n calls, looks at them when the server has them all, and lets them go.
func burst(b *testing.B, root string, n int, call Call, look func()) {
	b.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if length, err := call(context.Background()); err != nil || length == 0 {
				b.Error(errors.Join(err, errRaw))
			}
		})
	}
	for waiting(b, root) < n && !b.Failed() {
		time.Sleep(5 * time.Millisecond)
	}
	look()
	_, _ = get(root + releasePath)
	all.Wait()
}

func memory() (heap, stacks float64) {
	runtime.GC()
	runtime.GC() // what pools held is gone only now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.StackInuse)
}

func waiting(b *testing.B, root string) int {
	b.Helper()
	text, err := get(root + waitingPath)
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
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
