package raw_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/bench/raw"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// against runs a test with a client of a simulator in memory.
func against(t *testing.T, cfg sim.Config, test func(*testing.T, *raw.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.APIKeys = []string{"secret"}
		s, err := sim.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		c, err := raw.New(raw.Config{URL: "http://sim.invalid/v1/chat/completions", Key: "secret", Model: "m", Transport: s.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		test(t, c)
	})
}

func hello() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello"}}, MaxTokens: 50}
}

func says(text string) func(*sim.Prompt) *sim.Answer {
	return func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: text + p.Text} }
}

func TestAnswers(t *testing.T) {
	against(t, sim.Config{Respond: says("You said ")}, func(t *testing.T, c *raw.Client) {
		whole, err := c.Complete(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		pieces := 0
		var streamed *request.Response
		for chunk, err := range c.Stream(t.Context(), hello()) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Content != "" {
				pieces++
			}
			streamed = chunk.Response
		}
		for _, r := range []*request.Response{whole, streamed} {
			if r == nil || r.Content != "You said Hello" || !r.Usage.Reported || r.Usage.OutputTokens == 0 || r.Usage.OutputTokens != whole.Usage.OutputTokens || r.Model != "m" {
				t.Errorf("%+v", r)
			}
		}
		if pieces < 2 {
			t.Errorf("%d pieces", pieces)
		}
	})
}

func TestFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  sim.Fault
		class  request.Class
		billed bool
	}{
		"refused":   {sim.Fault{Kind: sim.FaultStatus, Status: 429, RetryAfter: 3 * time.Second}, request.ClassRateLimit, false},
		"broken":    {sim.Fault{Kind: sim.FaultStatus, Status: 500}, request.ClassTransient, false},
		"reset":     {sim.Fault{Kind: sim.FaultReset}, request.ClassTransient, true},
		"cut":       {sim.Fault{Kind: sim.FaultCut, After: 2}, request.ClassTruncated, true},
		"malformed": {sim.Fault{Kind: sim.FaultMalformed, After: 2}, request.ClassTruncated, true},
	} {
		t.Run(name, func(t *testing.T) {
			against(t, sim.Config{Script: []sim.Fault{tt.fault, tt.fault}}, func(t *testing.T, c *raw.Client) {
				_, whole := c.Complete(t.Context(), hello())
				_, streamed := request.Collect(c.Stream(t.Context(), hello()))
				for _, err := range []error{whole, streamed} {
					e := request.AsError(err)
					if e == nil || e.Class != tt.class || e.MaybeBilled != tt.billed || e.RetryAfter != tt.fault.RetryAfter {
						t.Errorf("%+v", e)
					}
					if strings.Contains(err.Error(), "secret") {
						t.Errorf("the key is in %q", err)
					}
				}
			})
		})
	}
}

// The caller's own end wins over whatever else it causes, and leaving a stream cancels it.
func TestContext(t *testing.T) {
	slow := sim.Config{TTFT: sim.Constant(1), TokensPerSecond: sim.Constant(1), OutputTokens: sim.Constant(30)}
	against(t, slow, func(t *testing.T, c *raw.Client) {
		for _, patience := range []time.Duration{500 * time.Millisecond, 3500 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			_, err := request.Collect(c.Stream(ctx, hello()))
			cancel()
			if !request.IsTimeout(err) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %v: %v", patience, err)
			}
		}
		begun := time.Now()
		for chunk, err := range c.Stream(t.Context(), hello()) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Content != "" {
				break
			}
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("left after %v", took)
		}
	})
}

// The key goes to one address and does not follow a redirect to another.
func TestRedirect(t *testing.T) {
	asked := 0
	c, err := raw.New(raw.Config{URL: "http://one.invalid/chat/completions", Key: "k", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"http://two.invalid/"}}, Body: http.NoBody, Request: r}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Complete(t.Context(), hello()); err == nil || asked != 1 {
		t.Errorf("%v after %d requests", err, asked)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNew(t *testing.T) {
	for _, url := range []string{"", "api.openai.com", "ftp://x"} {
		if _, err := raw.New(raw.Config{URL: url}); err == nil || !strings.Contains(err.Error(), "write it whole") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
