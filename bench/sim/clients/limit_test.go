package clients

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/seed63918563/llmgate/bench/sim"
)

// Without retries, the client gives the whole of a 429 to its caller.
func TestLimit(t *testing.T) {
	c, s := connect(t, sim.Config{Limits: sim.Limits{RPM: 1, TPM: 10_000, Shape: sim.Fixed}})
	var first *http.Response
	if _, err := c.Chat.Completions.New(t.Context(), ask("Hello"), option.WithResponseInto(&first)); err != nil {
		t.Fatal(err)
	}
	if got := first.Header.Get("X-Ratelimit-Remaining-Requests") + " of " + first.Header.Get("X-Ratelimit-Limit-Requests"); got != "0 of 1" {
		t.Errorf("remaining %s", got)
	}
	_, whole := c.Chat.Completions.New(t.Context(), ask("Hello"))
	_, streamed := stream(t, c, ask("Hello"))
	for _, err := range []error{whole, streamed} {
		e := typed(t, err)
		if e.StatusCode != http.StatusTooManyRequests || e.Code != "rate_limit_exceeded" || e.Type != "requests" || !strings.Contains(e.Message, "Limit 1, Used 1, Requested 1") {
			t.Errorf("%d %s", e.StatusCode, e.RawJSON())
		}
		if h := e.Response.Header; h.Get("Retry-After") == "" || h.Get("Retry-After-Ms") == "" || h.Get("X-Ratelimit-Remaining-Requests") != "0" {
			t.Errorf("header %v", h)
		}
	}
	if st := s.Stats(); st.RateLimited != 2 || st.Answered != 1 {
		t.Errorf("stats %+v", st)
	}
}

// With retries, the client waits as it is told, and succeeds at the first moment that it can.
func TestLimitRetries(t *testing.T) {
	for shape, want := range map[sim.Shape]time.Duration{sim.Minute: 6 * time.Second, sim.Second: 6 * time.Second, sim.Fixed: time.Minute, sim.Sliding: time.Minute} {
		inMemory(t, sim.Config{Limits: sim.Limits{RPM: 10, Shape: shape}}, func(t *testing.T, c openai.Client, s *sim.Sim) {
			start := time.Now()
			for s.Stats().RateLimited == 0 {
				complete(t, c, ask("Hello"))
			}
			if took := time.Since(start); took != want {
				t.Errorf("%s: %d requests took %v, want %v", shape, s.Stats().Answered, took, want)
			}
		}, option.WithMaxRetries(1))
	}
}

func TestLimitTooLarge(t *testing.T) {
	c, _ := connect(t, sim.Config{Limits: sim.Limits{TPM: 100}})
	p := ask("Hello")
	p.MaxCompletionTokens = openai.Int(200)
	_, err := c.Chat.Completions.New(t.Context(), p)
	if e := typed(t, err); e.StatusCode != http.StatusTooManyRequests || e.Type != "tokens" || !strings.Contains(e.Message, "Request too large") || e.Response.Header.Get("Retry-After") != "" {
		t.Errorf("%d %s", e.StatusCode, e.RawJSON())
	}
}

// Many callers of one client, with enough patience, all get through.
func TestLimitAtOnce(t *testing.T) {
	const n = 60
	inMemory(t, sim.Config{Limits: sim.Limits{RPM: 20}}, func(t *testing.T, c openai.Client, s *sim.Sim) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if _, err := c.Chat.Completions.New(t.Context(), ask("Hello")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if st := s.Stats(); st.Answered != n || st.RateLimited == 0 || st.PeakInFlight == 0 {
			t.Errorf("stats %+v", st)
		}
	}, option.WithMaxRetries(n))
}
