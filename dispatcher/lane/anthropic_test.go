package lane_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/providers/anthropic"
)

// Prompts and answers have limits of their own; what is left is rounded to thousands, resets to seconds, and answers count when
// they are written.
func TestInputAndOutputLimits(t *testing.T) {
	for name, limits := range map[string]sim.Limits{
		"prompts": {RPM: 5000, ITPM: 200_000, OTPM: 1_000_000}, "answers": {RPM: 2000, ITPM: 1_000_000, OTPM: 150_000},
		"requests": {RPM: 600, ITPM: 1_000_000, OTPM: 1_000_000},
	} {
		if lane.Race && name != "answers" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLoad(t, limits, lane.Config{Seed: 1})
				client, err := anthropic.New(anthropic.Config{APIKey: "k", BaseURL: "http://sim.invalid", Model: "demo", Transport: l.sim.Transport()})
				if err != nil {
					t.Fatal(err)
				}
				l.client = client
				var before sim.Stats
				time.AfterFunc(2*time.Minute, func() { before = l.sim.Stats() })
				_, after := l.watch(t, 2*time.Minute+time.Second, 5*time.Minute+time.Second)
				minutes := (after.Elapsed - before.Elapsed).Minutes()
				used := max(
					float64(after.InputTokens-before.InputTokens)/minutes/float64(limits.ITPM),
					float64(after.OutputTokens-before.OutputTokens)/minutes/float64(limits.OTPM),
					float64(after.Answered-before.Answered)/minutes/float64(limits.RPM),
				)
				refused := float64(after.RateLimited) / float64(after.Requests)
				t.Logf("used %.2f %%, refused %.2f %% of %d", 100*used, 100*refused, after.Requests)
				if used < 0.99 || refused > 0.005 {
					t.Error("want at least 99 % used and at most 0.5 % refused")
				}
			})
		})
	}
}
