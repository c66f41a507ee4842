package viabatch_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// vendors are clients over a transport.
var vendors = map[string]func(http.RoundTripper) (request.Batcher, error){
	"openai": func(t http.RoundTripper) (request.Batcher, error) {
		return openai.New(openai.Config{Model: "demo", BaseURL: "http://sim.invalid/v1", Transport: t})
	},
	"responses": func(t http.RoundTripper) (request.Batcher, error) {
		return openai.New(openai.Config{Model: "demo", BaseURL: "http://sim.invalid/v1", Transport: t, API: openai.Responses})
	},
	"anthropic": func(t http.RoundTripper) (request.Batcher, error) {
		return anthropic.New(anthropic.Config{Model: "demo", BaseURL: "http://sim.invalid", Transport: t})
	},
	"gemini": func(t http.RoundTripper) (request.Batcher, error) {
		return gemini.New(gemini.Config{Model: "demo", BaseURL: "http://sim.invalid/v1beta", Transport: t})
	},
}

// wire counts the calls on their way to a simulator, and may meddle with them.
type wire struct {
	http.RoundTripper
	submitted, polled int
	meddle            func(*http.Request) *http.Response
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/content") && !strings.HasSuffix(r.URL.Path, "/results"):
		w.polled++
	case strings.HasSuffix(r.URL.Path, "/batches"), strings.HasSuffix(r.URL.Path, ":batchGenerateContent"):
		w.submitted++
	}
	if w.meddle != nil {
		if resp := w.meddle(r); resp != nil {
			if r.Body != nil {
				r.Body.Close()
			}
			return resp, nil
		}
	}
	return w.RoundTripper.RoundTrip(r)
}

// answer is a response of a meddler.
func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}
}

// stage is a simulator with a client and what came of it.
type stage struct {
	*testing.T
	sim     *sim.Sim
	wire    *wire
	client  request.Batcher
	batches []viabatch.Submitted
	results map[string]request.BatchResult
	bills   map[string]int // by question
}

// on runs a test for each vendor, under a clock that moves only while everybody waits.
func on(t *testing.T, cfg sim.Config, test func(*stage), names ...string) {
	t.Helper()
	if names == nil {
		names = []string{"openai", "responses", "anthropic", "gemini"}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stage{T: t, results: map[string]request.BatchResult{}, bills: map[string]int{}}
				cfg := cfg
				cfg.Billed = func(b sim.Bill) { s.bills[b.Text]++ }
				var err error
				if s.sim, err = sim.New(cfg); err != nil {
					t.Fatal(err)
				}
				s.wire = &wire{RoundTripper: s.sim.Transport()}
				if s.client, err = vendors[name](s.wire); err != nil {
					t.Fatal(err)
				}
				test(s)
			})
		})
	}
}

// items are as many questions.
func items(n int) iter.Seq2[request.BatchItem, error] {
	return func(yield func(request.BatchItem, error) bool) {
		for i := range n {
			item := request.BatchItem{ID: fmt.Sprint("q", i), Request: request.Request{
				Messages: []request.Message{{Role: request.RoleUser, Content: fmt.Sprint("Question ", i)}}, MaxTokens: 100,
			}}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// config is for as many questions in batches of ten.
func (s *stage) config(n int) viabatch.Config {
	return viabatch.Config{
		Client: s.client, Items: items(n), Limits: request.BatchLimits{Items: 10}, Poll: 5 * time.Minute,
		OnSubmitted: func(b viabatch.Submitted) error { s.batches = append(s.batches, b); return nil },
	}
}

// run runs to the end, holding each item to one result.
func (s *stage) run(cfg viabatch.Config) error {
	s.Helper()
	return s.runIn(s.Context(), cfg)
}

func (s *stage) runIn(ctx context.Context, cfg viabatch.Config) error {
	s.Helper()
	for result, err := range viabatch.Run(ctx, cfg) {
		if err != nil {
			return err
		}
		if _, twice := s.results[result.ID]; twice {
			s.Errorf("item %q has two results", result.ID)
		}
		s.results[result.ID] = result
	}
	return nil
}

// want holds the results to those of as many questions, all answered with their own answer and nothing else.
func (s *stage) want(n int) {
	s.Helper()
	if len(s.results) != n {
		s.Errorf("%d results, want %d", len(s.results), n)
	}
	for i := range n {
		result := s.results[fmt.Sprint("q", i)]
		if result.Err != nil || result.Response == nil {
			s.Fatalf("q%d: %v", i, result.Err)
		}
		if !strings.Contains(result.Response.Content, fmt.Sprintf("“Question %d”", i)) || !result.Response.Usage.Reported {
			s.Errorf("q%d: %+v", i, result.Response)
		}
	}
}

// billed holds the simulator's books to one answer for each question.
func (s *stage) billed(n int) {
	s.Helper()
	for question, times := range s.bills {
		if times != 1 {
			s.Errorf("%s was answered %d times", question, times)
		}
	}
	if len(s.bills) != n {
		s.Errorf("%d questions were answered, want %d", len(s.bills), n)
	}
}
