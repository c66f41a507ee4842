package router_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

func TestABrokenTargetIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observer.New(zapcore.InfoLevel)
		bad, good := script(fails(request.ClassTransient, 4), answer), script(answer)
		r := over(t, bad, good, router.Config{
			Fallback: router.OnTransient, Logger: zap.New(log), Health: policy.HealthConfig{Consecutive: 4, Probes: 2, Pause: time.Minute},
		})
		for range 10 {
			ask(t, r)
		}
		s := r.Stats().Targets[0]
		if s.State != policy.Open || s.Attempts != 4 || s.ReadyAt != time.Now().Add(time.Minute) {
			t.Errorf("%v after %d attempts until %v; want open after 4 for a minute", s.State, s.Attempts, s.ReadyAt)
		}
		time.Sleep(time.Minute)
		if got := r.Stats().Targets[0].State; got != policy.HalfOpen {
			t.Errorf("after the pause %v, want half-open", got)
		}
		for range 2 {
			ask(t, r)
		}
		if got := r.Stats().Targets[0].State; got != policy.Closed {
			t.Errorf("after two good probes %v, want closed", got)
		}
		var said []string
		for _, line := range lines.All() {
			said = append(said, line.Level.String()+" "+line.Message)
		}
		want := []string{"warn target opened: it keeps failing and is left alone for a while", "info target closed"}
		if d := cmp.Diff(want, said); d != "" {
			t.Errorf("log (-want +got):\n%s", d)
		}
	})
}

// While the target is half open only one request at a time probes it; the others go elsewhere.
func TestProbesAreSingle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := answer
		slow.Latency = time.Second
		bad, good := script(fails(request.ClassTransient, 4), slow), script(answer)
		r := over(t, bad, good, router.Config{Fallback: router.OnTransient, Health: policy.HealthConfig{Consecutive: 4, Probes: 1}})
		for range 4 {
			ask(t, r)
		}
		time.Sleep(10 * time.Second)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { ask(t, r) })
		}
		all.Wait()
		if n := len(bad.Calls()); n != 5 || bad.Peak() != 1 {
			t.Errorf("%d calls, %d at once; want a single probe", n, bad.Peak())
		}
		if got := r.Stats().Targets[0].State; got != policy.Closed {
			t.Errorf("%v, want closed", got)
		}
	})
}

// Who waits for the only target goes on as soon as a probe has succeeded, not at the end of a pause.
func TestWaitingRequestsGoOnWhenATargetIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := answer
		slow.Latency = time.Second
		client := script(fails(request.ClassTransient, 1), slow)
		r := open(t, router.Config{
			Targets: router.Clients(client), Policy: new(policy.Policy),
			Health: policy.HealthConfig{Consecutive: 1, Probes: 1, Pause: 10 * time.Second},
		})
		refused(t, t.Context(), r, request.ClassTransient)
		start := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { ask(t, r) })
		}
		all.Wait()
		if d := time.Since(start); d > 13*time.Second {
			t.Errorf("all answered after %v; want the pause, one probe and one answer", d)
		}
		if n := len(client.Calls()); n != 21 {
			t.Errorf("%d calls, want 21", n)
		}
	})
}

func TestRestoreWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(limited(time.Hour), answer)
		r := open(t, router.Config{Targets: router.Clients(client)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		refused(t, ctx, r, request.ClassRateLimit)
		start := time.Now()
		time.AfterFunc(time.Minute, func() { r.Restore("target 1") })
		ask(t, r)
		if d := time.Since(start); d != time.Minute {
			t.Errorf("answered after %v, want as soon as the target is restored", d)
		}
	})
}

func TestRetriesAreAShareOfTheTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fails(request.ClassTransient, 1<<20))
		r := open(t, router.Config{
			Targets: router.Clients(client), RetryShare: 0.1, RetryBurst: 5, Health: policy.HealthConfig{Consecutive: -1, Ratio: -1},
		})
		for range 1000 {
			refused(t, t.Context(), r, request.ClassTransient)
		}
		if n := len(client.Calls()); n < 1000+100 || n > 1000+105 {
			t.Errorf("%d calls for 1000 requests; want a tenth more, and at most 5", n)
		}
	})
}

func TestRetriesWithoutABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fails(request.ClassTransient, 1<<20))
		r := open(t, router.Config{
			Targets: router.Clients(client), RetryShare: -1, Health: policy.HealthConfig{Consecutive: -1, Ratio: -1},
		})
		for range 100 {
			refused(t, t.Context(), r, request.ClassTransient)
		}
		if n := len(client.Calls()); n != 300 {
			t.Errorf("%d calls, want 300", n)
		}
	})
}
