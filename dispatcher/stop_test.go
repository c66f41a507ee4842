package dispatcher_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestDrainFinishesWhatWasAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fails(request.ClassTransient), takes(time.Minute))
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, MaxInFlight: 1}}})
		var handles []*dispatcher.Handle
		for range 5 {
			handles = append(handles, d.Submit(t.Context(), question("?")))
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("drained too soon: %v", err)
		}
		e := refused(t, t.Context(), d, request.ClassCanceled)
		if !errors.Is(e, dispatcher.ErrStopped) || e.MaybeBilled {
			t.Errorf("refused with %v", e)
		}
		if _, err := d.Submit(t.Context(), question("?")).Result(); !errors.Is(err, dispatcher.ErrStopped) {
			t.Errorf("submitted after the drain: %v", err)
		}
		if _, err := request.Collect(d.Stream(t.Context(), question("?"))); !errors.Is(err, dispatcher.ErrStopped) {
			t.Errorf("streamed after the drain: %v", err)
		}
		for range 2 { // it may be called again
			if err := d.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, h := range handles {
			if _, err := h.Result(); err != nil {
				t.Errorf("handle %d: %v", i, err)
			}
		}
		if state := d.Stats().Targets[0].Lane.State; state != "closed" {
			t.Errorf("the lane is %s", state)
		}
	})
}

func TestAbortCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fake.Reply{Stall: true})
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, MaxInFlight: 2}}})
		var handles []*dispatcher.Handle
		for range 5 {
			handles = append(handles, d.Submit(t.Context(), question("?")))
		}
		synctest.Wait()
		drained := make(chan error, 1)
		go func() { drained <- d.Drain(t.Context()) }()
		synctest.Wait()
		start := time.Now()
		d.Abort()
		d.Abort()
		if err := <-drained; err != nil || time.Since(start) != 0 {
			t.Errorf("drained with %v after %v", err, time.Since(start))
		}
		for i, h := range handles {
			if _, err := h.Result(); !errors.Is(err, dispatcher.ErrStopped) || !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) {
				t.Errorf("handle %d: %v", i, err)
			}
		}
		if client.InFlight() != 0 {
			t.Errorf("%d in flight", client.InFlight())
		}
	})
}

func TestStoppingEndsTheIntakeOfARun(t *testing.T) {
	for name, stop := range map[string]func(*dispatcher.Dispatcher){
		"drain": func(d *dispatcher.Dispatcher) { _ = d.Drain(context.Background()) },
		"abort": (*dispatcher.Dispatcher).Abort,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := over(t, script(takes(time.Second)))
				jobs, read := count(1000)
				results, outcome := 0, dispatcher.Outcome{}
				for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 10, Outcome: &outcome}) {
					if r.Err != nil && !errors.Is(r.Err, dispatcher.ErrStopped) {
						t.Error(r.Err)
					}
					if results++; results == 25 {
						stop(d) // from within the loop: results that nobody reads just now must not hold it up
					}
				}
				if results != read() || results > 45 || !errors.Is(outcome.Err, dispatcher.ErrStopped) {
					t.Errorf("%d read, %d results, outcome %+v", read(), results, outcome)
				}
			})
		})
	}
}

// Whatever comes first, every handle resolves and both stops return.
func TestStopsAndSubmitsInAnyOrder(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			client := script(takes(time.Second), fails(request.ClassTransient), takes(3*time.Second))
			d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, MaxInFlight: 3}}, MaxHandles: 4})
			var all sync.WaitGroup
			for i := range 30 {
				chance := rand.New(rand.NewPCG(seed, uint64(i)))
				all.Go(func() {
					time.Sleep(time.Duration(chance.IntN(8000)) * time.Millisecond)
					switch {
					case i == 0:
						d.Abort()
					case i <= 2:
						_ = d.Drain(t.Context())
					default:
						h := d.Submit(t.Context(), question("?"))
						if chance.IntN(3) == 0 {
							h.Cancel()
						}
						resp, err := h.Result()
						if (resp == nil) == (err == nil) {
							t.Errorf("%v and %v", resp, err)
						}
						h.Cancel() // changes nothing
						if again, _ := h.Result(); again != resp {
							t.Error("the result changed")
						}
					}
				})
			}
			all.Wait()
			if client.InFlight() != 0 || d.Stats().InFlight != 0 {
				t.Errorf("%d in flight", client.InFlight())
			}
		})
	}
}

func TestSubmitWaitsForARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, dispatcher.Config{Targets: dispatcher.Clients(script(takes(time.Minute))), MaxHandles: 2})
		start := time.Now()
		for range 3 {
			d.Submit(t.Context(), question("?"))
		}
		if passed := time.Since(start); passed != time.Minute {
			t.Errorf("the third was taken after %v, want a minute", passed)
		}
		d.Submit(t.Context(), question("?"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := d.Submit(ctx, question("?")).Result()
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, request.ErrTimeout) {
			t.Errorf("no room: %v", err)
		}
	})
}
