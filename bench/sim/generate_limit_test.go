package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// The vendor tells its limits only in the body of who exceeds them.
func TestGenerateLimitError(t *testing.T) {
	for name, tt := range map[string]struct {
		limits             sim.Limits
		metric, quota, max string
		after              string
	}{
		"requests": {sim.Limits{RPM: 2}, "generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel", "2", "30s"},
		"tokens":   {sim.Limits{TPM: 350}, "generate_content_paid_tier_input_token_count", "GenerateContentPaidTierInputTokensPerModelPerMinute", "350", "8.572s"},
		"input":    {sim.Limits{ITPM: 150, Shape: sim.Fixed}, "generate_content_paid_tier_input_token_count", "GenerateContentPaidTierInputTokensPerModelPerMinute", "150", "60s"},
		"output":   {sim.Limits{OTPM: 60, Shape: sim.Fixed}, "generate_content_paid_tier_output_token_count", "GenerateContentPaidTierOutputTokensPerModelPerMinute", "60", "60s"},
		"no hint":  {sim.Limits{RPM: 2, HideRetryAfter: true}, "generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel", "2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			geminiInMemory(t, sim.Config{Limits: tt.limits, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 50)})}, func(g gemini) {
				var r *result
				for range 4 {
					if r = g.send(wholly, query(strings.Repeat("abcd", 100), `"generationConfig":{"maxOutputTokens":100}`)); r.status != http.StatusOK {
						break
					}
				}
				e := r.statusOf()
				violations, _ := e.detail("QuotaFailure")["violations"].([]any)
				if r.status != http.StatusTooManyRequests || e.Status != "RESOURCE_EXHAUSTED" || len(violations) != 1 || e.detail("Help") == nil {
					g.t.Fatalf("%d %s", r.status, r.body)
				}
				v := violations[0].(map[string]any)
				if v["quotaMetric"] != "generativelanguage.googleapis.com/"+tt.metric || v["quotaId"] != tt.quota || v["quotaValue"] != tt.max {
					g.t.Errorf("violation %v", v)
				}
				delay, _ := e.detail("RetryInfo")["retryDelay"].(string)
				if told := strings.Contains(e.Message, "\nPlease retry in "+tt.after+"."); delay != tt.after || told != (tt.after != "") || !strings.Contains(e.Message, "limit: "+tt.max+", model: demo") {
					g.t.Errorf("delay %q, message %q; want %q", delay, e.Message, tt.after)
				}
				for name := range r.header {
					if name != "Content-Type" && name != "Content-Length" {
						g.t.Errorf("header %s", name)
					}
				}
			})
		})
	}
}

// A prompt above the whole limit is refused without a wait, for ever.
func TestGenerateLimitTooLarge(t *testing.T) {
	geminiBothWays(t, sim.Config{Limits: sim.Limits{ITPM: 50}}, func(g gemini) {
		r := g.send(wholly, query(strings.Repeat("abcd", 51)))
		if e := r.statusOf(); r.status != http.StatusTooManyRequests || e.detail("QuotaFailure") == nil || e.detail("RetryInfo") != nil || strings.Contains(e.Message, "retry") {
			g.t.Errorf("%d %s", r.status, r.body)
		}
		g.send(wholly, query(strings.Repeat("abcd", 50))).good()
	})
}

// Projects are told nothing but that there is too much.
func TestGenerateLimitVertex(t *testing.T) {
	geminiBothWays(t, sim.Config{Limits: sim.Limits{RPM: 1}}, func(g gemini) {
		const path = "/v1/projects/p/locations/l/publishers/google/models/demo:generateContent"
		g.do(http.MethodPost, path, query("Hello")).good()
		if r := g.do(http.MethodPost, path, query("Hello")); r.status != http.StatusTooManyRequests || r.statusOf().Status != "RESOURCE_EXHAUSTED" || r.statusOf().Details != nil {
			g.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

// Who waits as told is served, in every dimension and shape.
func TestGenerateLimitObey(t *testing.T) {
	for _, shape := range []sim.Shape{sim.Minute, sim.Second, sim.Fixed, sim.Sliding} {
		for kind, limits := range map[string]sim.Limits{"requests": {RPM: 7}, "tokens": {TPM: 3000}, "input": {ITPM: 1500}} {
			limits.Shape = shape
			t.Run(string(shape)+" "+kind, func(t *testing.T) {
				geminiInMemory(t, sim.Config{Limits: limits, OutputTokens: sim.Uniform(10, 30)}, func(g gemini) {
					body := query(strings.Repeat("abcd", 100), `"generationConfig":{"maxOutputTokens":50}`)
					refused := 0
					for range 40 {
						r := g.send(eventwise, body)
						if r.status == http.StatusOK {
							continue
						}
						refused++
						delay, _ := r.statusOf().detail("RetryInfo")["retryDelay"].(string)
						wait, err := time.ParseDuration(delay)
						if err != nil || wait > 2*time.Minute {
							g.t.Fatalf("told to wait %q: %v", delay, err)
						}
						time.Sleep(wait)
						g.send(eventwise, body).good()
					}
					if refused == 0 {
						g.t.Error("nothing was refused")
					}
				})
			})
		}
	}
}
