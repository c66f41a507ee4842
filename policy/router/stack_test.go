package router_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/retry"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

func TestStackedEnginesShareTheAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observer.New(zapcore.WarnLevel)
		calm := policy.HealthConfig{Consecutive: -1, Ratio: -1}
		client := script(fails(request.ClassTransient, 1<<20))
		inner := retry.New(retry.Config{MaxRetries: 2, Logger: zap.New(log)})(client)
		middle := open(t, router.Config{Name: "middle", Targets: router.Clients(inner), Health: calm, Logger: zap.New(log)})
		outer := retry.New(retry.Config{MaxRetries: 3, Logger: zap.New(log)})(middle)

		for range 5 {
			seen := len(client.Calls())
			e := refused(t, t.Context(), outer, request.ClassTransient)
			calls := client.Calls()[seen:]
			if len(calls) != 4 {
				t.Fatalf("%d calls; want the first and the outermost's three retries", len(calls))
			}
			var called, listed []time.Time
			for i := range calls {
				called = append(called, calls[i].Start)
			}
			for i := range e.Attempts {
				listed = append(listed, e.Attempts[i].Start)
			}
			if d := cmp.Diff(called, listed); d != "" {
				t.Errorf("attempts made and listed (-made +listed):\n%s", d)
			}
		}
		var pairs [][2]any
		for _, line := range lines.All() {
			pairs = append(pairs, [2]any{line.ContextMap()["outer"], line.ContextMap()["inner"]})
		}
		if d := cmp.Diff([][2]any{{"retry", "middle"}, {"retry", "retry"}}, pairs); d != "" {
			t.Errorf("warnings (-want +got):\n%s", d)
		}
	})
}

// The waits of all engines are in the attempts: they add up to the time that passed.
func TestStackedEnginesAddUpTheirWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := script(limited(time.Minute), fails(request.ClassTransient, 1), fails(request.ClassTransient, 1), answer)
		c := retry.New(retry.Config{MaxRetries: 3})(retry.New(retry.Config{MaxRetries: 1})(client))
		var waited time.Duration
		tries := ask(t, c).Attempts
		for i := range tries {
			waited += tries[i].Waited
		}
		if len(tries) != 4 || waited != time.Since(start) || waited < time.Minute {
			t.Errorf("%d attempts that waited %v within %v", len(tries), waited, time.Since(start))
		}
	})
}

func TestTheOuterLimitOnAttemptsHoldsForWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := policy.Default()
		p.MaxAttempts = 3
		client := script(limited(time.Second))
		c := retry.New(retry.Config{Policy: p})(retry.New(retry.Config{})(client))
		if e := refused(t, t.Context(), c, request.ClassRateLimit); len(e.Attempts) != 3 || len(client.Calls()) != 3 {
			t.Errorf("%d attempts in %d calls, want 3", len(e.Attempts), len(client.Calls()))
		}
	})
}
