package router_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

func TestAWaitIsHonouredToTheLetter(t *testing.T) {
	for _, wait := range []time.Duration{30 * time.Second, 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			client, start := script(limited(wait), answer), time.Now()
			resp := ask(t, open(t, router.Config{Targets: router.Clients(client)}))
			if got := time.Since(start); got != wait {
				t.Errorf("answered after %v, want %v", got, wait)
			}
			want := []request.Attempt{
				{Provider: "fake", Class: request.ClassRateLimit, Start: start},
				{Provider: "fake", Model: "fake", Start: start.Add(wait), Waited: wait, Usage: resp.Usage},
			}
			want[0].Model = "fake"
			if d := cmp.Diff(want, resp.Attempts); d != "" {
				t.Errorf("attempts (-want +got):\n%s", d)
			}
		})
	}
}

func TestARestHoldsForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, start := script(limited(30*time.Second), answer), time.Now()
		r := open(t, router.Config{Targets: router.Clients(client)})
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				ask(t, r)
			})
		}
		all.Wait()
		at := starts(client, start)
		if len(at) != 101 || at[0] != 0 {
			t.Fatalf("%d calls, the first at %v; want 101, the first at once", len(at), at[0])
		}
		distinct := map[time.Duration]bool{}
		for _, d := range at[1:] {
			distinct[d] = true
			if d < 30*time.Second || d > 33*time.Second {
				t.Errorf("a call at %v; want none before 30s, and all within a tenth more", d)
			}
		}
		if len(distinct) < 90 {
			t.Errorf("the waiting requests came at only %d different times", len(distinct))
		}
	})
}

// A request that wakes from its wait must look again: the rest may have been prolonged meanwhile.
func TestARestThatGrowsIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick, slow := limited(10*time.Second), limited(30*time.Second)
		quick.Latency, slow.Latency = time.Second, 5*time.Second
		client, start := script(quick, slow, answer), time.Now()
		// One is told at 1s to come back at 11s; but at 5s the other is told to come back at 35s.
		r := open(t, router.Config{Targets: router.Clients(client)})
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { ask(t, r) })
		}
		all.Wait()
		at := starts(client, start)
		if len(at) != 4 || at[1] != 0 || at[2] != 35*time.Second || at[3] < 35*time.Second || at[3] > 38*time.Second+500*time.Millisecond {
			t.Errorf("calls at %v; want two at once, one at 35s, and one within a tenth after it", at)
		}
	})
}

func TestAnHourBeforeADeadlineOfAMinuteFallsBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		resp, err := over(t, script(limited(time.Hour)), script(answer), router.Config{}).Complete(ctx, question("?"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"first rate_limit", "second "}, way(resp.Attempts)); d != "" {
			t.Errorf("attempts (-want +got):\n%s", d)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("took %v", d)
		}
	})
}

func TestNothingIsWaitedForInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		client := script(limited(time.Hour))
		r := open(t, router.Config{Targets: router.Clients(client)})
		e := refused(t, ctx, r, request.ClassRateLimit)
		if e.RetryAfter != time.Hour || len(e.Attempts) != 1 {
			t.Errorf("wait %v after %d attempts; want an hour after one", e.RetryAfter, len(e.Attempts))
		}
		time.Sleep(time.Second)
		e = refused(t, ctx, r, request.ClassRateLimit) // not sent: the target still rests
		if e.RetryAfter != time.Hour-time.Second || len(e.Attempts) != 0 || !strings.Contains(e.Message, "target 1 rests for 59m59s") {
			t.Errorf("wait %v after %d attempts: %v", e.RetryAfter, len(e.Attempts), e)
		}
		if n, d := len(client.Calls()), time.Since(start); n != 1 || d != time.Second {
			t.Errorf("%d calls in %v, want 1 and nothing but the second between", n, d)
		}
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("the user went home")
		time.AfterFunc(7*time.Second, func() { cancel(cause) })
		start := time.Now()
		r := open(t, router.Config{Targets: router.Clients(script(limited(time.Minute)))})
		_, err := r.Complete(ctx, question("?"))
		if d := time.Since(start); d != 7*time.Second {
			t.Errorf("ended after %v, want 7s", d)
		}
		for _, want := range []error{context.Canceled, request.ErrCanceled, request.ErrRateLimit, cause} {
			if !errors.Is(err, want) {
				t.Errorf("%v: does not match %v", err, want)
			}
		}
		e := request.AsError(err)
		if e.Class != request.ClassCanceled || len(e.Attempts) != 1 || e.Attempts[0].Class != request.ClassRateLimit {
			t.Errorf("class %s with attempts %v", e.Class, e.Attempts)
		}
	})
}

func TestAContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := script(answer)
	e := refused(t, ctx, open(t, router.Config{Targets: router.Clients(client)}), request.ClassCanceled)
	if !errors.Is(e, context.Canceled) || len(e.Attempts) != 0 || len(client.Calls()) != 0 {
		t.Errorf("%v after %d attempts and %d calls", e, len(e.Attempts), len(client.Calls()))
	}
}
