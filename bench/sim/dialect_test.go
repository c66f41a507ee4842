package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// spoken are the dialects: where each takes requests, and one that has an answer with thinking, whole and streamed.
var spoken = map[string]struct{ path, whole, stream string }{
	"chat":            {"/v1/chat/completions", ask("Hello", `"reasoning_effort":"low"`), streamed(ask("Hello", `"reasoning_effort":"low"`))},
	"messages":        {"/v1/messages", prompt("Hello", thinking), flowing(prompt("Hello", thinking))},
	"generate":        {"/v1beta/models/demo:generateContent", query("Hello", thoughtful), query("Hello", thoughtful, declared)},
	"stream generate": {"/v1beta/models/demo:streamGenerateContent?alt=sse", query("Hello", thoughtful), query("Hello", thoughtful, declared)},
	"responses":       {"/v1/responses", inquire("Hello", musing), flowing(inquire("Hello", musing))},
	"ollama":          {"/api/chat", local("Hello", `"think":true`), ask("Hello", `"think":true`)},
}

// clockwork is what the clock decides of a response.
var clockwork = regexp.MustCompile(`"(created|created_at|completed_at|total_duration|prompt_eval_duration|eval_duration)":("[^"]*"|\d+)`)

// The seed and the request decide the bytes of an answer, in every dialect.
func TestDialectsSameAnswers(t *testing.T) {
	for name, d := range spoken {
		t.Run(name, func(t *testing.T) {
			var first []string
			run := func(seed uint64) (got []string) {
				inMemory(t, sim.Config{Seed: seed, TTFT: sim.Uniform(0, 1)}, func(c *caller) {
					c.header = http.Header{"Anthropic-Version": {"2023-06-01"}}
					for _, body := range []string{d.whole, d.stream, d.whole} {
						r := c.do(http.MethodPost, d.path, body)
						r.good()
						got = append(got, r.header.Get("Request-Id")+r.header.Get("X-Request-Id")+clockwork.ReplaceAllString(string(r.body), ""))
					}
				})
				return got
			}
			first = run(1)
			again, other := run(1), run(2)
			for i := range first {
				if first[i] != again[i] || first[i] == other[i] {
					t.Errorf("request %d: same seed\n%.300s\n%.300s\nother seed\n%.300s", i, first[i], again[i], other[i])
				}
			}
			if first[0] == first[2] {
				t.Error("a retry got the same answer")
			}
		})
	}
}

// Every dialect shares limits, faults, and books.
func TestDialectsShareTheFrame(t *testing.T) {
	cfg := sim.Config{Limits: sim.Limits{RPM: len(spoken), Shape: sim.Fixed}, Script: []sim.Fault{{Kind: sim.FaultStatus, Status: 418, Body: "tea", Header: http.Header{"X-Pot": {"short"}}}}}
	bothWays(t, cfg, func(c *caller) {
		c.header = http.Header{"Anthropic-Version": {"2023-06-01"}}
		struck, limited := 0, 0
		for range 2 {
			for name, d := range spoken {
				switch r := c.do(http.MethodPost, d.path, d.whole); {
				case r.status == 418 && string(r.body) == "tea" && r.header.Get("X-Pot") == "short":
					struck++
				case r.status == http.StatusTooManyRequests && (r.header.Get("Retry-After") == "60" || strings.Contains(string(r.body), `"retryDelay":"`)):
					limited++
				case r.status != http.StatusOK:
					c.t.Errorf("%s: %d %s", name, r.status, r.body)
				}
			}
		}
		if st := c.sim.Stats(); struck != 1 || limited != len(spoken) || st.Faults != 1 || st.RateLimited != int64(limited) || st.Answered != int64(len(spoken)-1) {
			c.t.Errorf("%d struck, %d limited, stats %+v", struck, limited, st)
		}
	})
}

// FuzzRequest sends whatever bytes to every dialect: each answers or refuses in JSON, and neither hangs nor panics.
func FuzzRequest(f *testing.F) {
	for _, d := range spoken {
		f.Add([]byte(d.whole))
		f.Add([]byte(d.stream))
	}
	for _, body := range []string{
		turns([]string{user, using2, said("user", result2, result1)}, kit, thinking), turns([]string{marked(3, `,"ttl":"1h"`)}, lore("a", brief)), ask("weather", toolbox, `"n":2`),
		local("x", `"format":`+weatherSchema), `{"model":"demo","messages":[{"role":"user","content":[null,{"type":"text"}]}],"max_tokens":1}`, "null", "[", "",
	} {
		f.Add([]byte(body))
	}
	s := newSim(f, sim.Config{OutputTokens: sim.Constant(3), Models: []string{"demo"}})
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, d := range spoken {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, d.path, strings.NewReader(string(body)))
			r.Header.Set("Anthropic-Version", "2023-06-01")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if kind := w.Header().Get("Content-Type"); kind == "application/json" && !json.Valid(w.Body.Bytes()) || w.Body.Len() == 0 || w.Code >= 500 {
				t.Errorf("%s: %d %q", name, w.Code, w.Body)
			}
		}
	})
}
