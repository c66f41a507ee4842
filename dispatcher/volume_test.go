package dispatcher_test

import (
	"cmp"
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// patient answers when it is released, with limits that nobody reaches.
type patient struct {
	instant
	release chan struct{}
}

func (p *patient) Complete(ctx context.Context, _ request.Request) (*request.Response, error) {
	select {
	case <-p.release:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	plenty := request.Limit{Stated: true, Limit: 1 << 40, Remaining: 1 << 40, Reset: time.Millisecond}
	return &request.Response{Limits: request.Limits{Requests: plenty}}, nil
}

// As many requests as there are callers are in flight, with a goroutine each and none beside.
func TestAHundredThousandAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &patient{release: make(chan struct{}, 1)}
		d := accounted(t, client, func(cfg *dispatcher.Config) {
			cfg.MaxHandles, cfg.Targets[0].MaxInFlight = 2*manyAtOnce, 2*manyAtOnce
		})
		client.release <- struct{}{}
		req := limitedQuestion()
		if _, err := d.Complete(t.Context(), req); err != nil { // from which the lane learns
			t.Fatal(err)
		}
		before := runtime.NumGoroutine()
		handles := make([]*dispatcher.Handle, manyAtOnce)
		for i := range handles {
			handles[i] = d.Submit(t.Context(), req)
		}
		synctest.Wait()
		if s := d.Stats(); s.InFlight != manyAtOnce || s.Targets[0].Lane.InFlight != manyAtOnce {
			t.Errorf("%d in flight, %d of them admitted; want %d", s.InFlight, s.Targets[0].Lane.InFlight, manyAtOnce)
		}
		if beside := runtime.NumGoroutine() - before - manyAtOnce; beside > 0 {
			t.Errorf("%d goroutines beside one for each request", beside)
		}
		close(client.release)
		for i, h := range handles {
			if resp, err := h.Result(); resp == nil || err != nil {
				t.Fatalf("handle %d: %v, %v", i, resp, err)
			}
		}
	})
}

// jobsOf is how many jobs a long run has. LLMGATE_JOBS=1000000 go test ./dispatcher -run TestALongRun -v
func jobsOf(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("LLMGATE_JOBS"), strconv.Itoa(manyJobs)))
	if err != nil {
		t.Fatalf("LLMGATE_JOBS: %v", err)
	}
	return n
}

// What is live does not grow with the number of jobs that are done.
func TestALongRunHoldsNoMoreAtItsEnd(t *testing.T) {
	const margin = 8 << 20 // results that wait for an earlier one; a hundred bytes for each job would be more
	n := jobsOf(t)
	for _, order := range []dispatcher.Order{dispatcher.Completion, dispatcher.Input} {
		d := accounted(t, instant{}, nil)
		jobs := func(yield func(dispatcher.Job) bool) {
			for range n {
				if !yield(dispatcher.Job{Request: limitedQuestion()}) {
					return
				}
			}
		}
		done, early, start := 0, uint64(0), time.Now()
		for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{Order: order}) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			switch done++; done {
			case n / 10:
				early = heap()
			case n * 9 / 10:
				late := heap()
				t.Logf("order %q: %.2f MB after %d jobs, %.2f MB after %d", order, float64(early)/1e6, n/10, float64(late)/1e6, done)
				if late > early+margin {
					t.Errorf("order %q: %d bytes are live after a tenth, %d after nine tenths", order, early, late)
				}
			}
		}
		if done != n {
			t.Errorf("order %q: %d results of %d", order, done, n)
		}
		t.Logf("order %q: %.0f jobs a second", order, float64(n)/time.Since(start).Seconds())
	}
}

// heap is the size of what is live. Pools let go of what is in them with the second collection.
func heap() uint64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
