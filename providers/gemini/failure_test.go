package gemini_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// The ways in which the API refuses, as they come out of both calls; the classes of all bodies are tested where they are
// decided.
func TestFailuresAreClassified(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		class  request.Class
		reason request.Reason
		wait   time.Duration
	}{
		{"per minute", 429, `{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}`,
			request.ClassRateLimit, "", 34400 * time.Millisecond},
		{"per day", 429, `[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}]`,
			request.ClassQuota, request.ReasonDaily, 150 * time.Minute},
		{"not in the plan", 429, `{"error":{"code":429,"message":"Quota exceeded for metric: m, limit: 0","status":"RESOURCE_EXHAUSTED"}}`, request.ClassPermission, request.ReasonPlan, 0},
		{"exhausted", 429, `{"error":{"code":429,"message":"Resource exhausted.","status":"RESOURCE_EXHAUSTED"}}`, request.ClassRateLimit, "", 0},
		{"key", 400, `{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}`, request.ClassAuth, "", 0},
		{"context", 400, `[{"error":{"code":400,"message":"The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]`, request.ClassContextLength, "", 0},
		{"region", 400, `{"error":{"code":400,"message":"User location is not supported","status":"FAILED_PRECONDITION"}}`, request.ClassPermission, "", 0},
		{"model", 404, `{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}`, request.ClassNotFound, "", 0},
		{"overloaded", 503, `{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}`, request.ClassOverloaded, "", 0},
		{"slow", 504, `{"error":{"code":504,"message":"x","status":"DEADLINE_EXCEEDED"}}`, request.ClassTimeout, "", 0},
	} {
		for mode, call := range map[string]func(*gemini.Client) error{
			"complete": func(cl *gemini.Client) error { _, err := cl.Complete(t.Context(), ask()); return err },
			"stream":   func(cl *gemini.Client) error { _, err := collect(t, cl, ask()); return err },
			"count":    func(cl *gemini.Client) error { _, err := cl.CountTokens(t.Context(), ask()); return err },
		} {
			t.Run(c.name+" "+mode, func(t *testing.T) {
				header := http.Header{"Date": {"Sun, 01 Mar 2026 05:30:00 GMT"}, "X-Request-Id": {"req_9"}}
				e := asError(t, call(clientOver(t, &canned{status: c.status, header: header, body: strings.NewReader(c.body)}, nil)))
				if e.Class != c.class || e.Reason != c.reason || e.RetryAfter != c.wait || e.Status != c.status {
					t.Errorf("got %+v", e)
				}
				if e.Provider != "gemini" || e.Model != "gemini-2.5-flash" || e.RequestID != "req_9" || e.MaybeBilled != (c.class == request.ClassTimeout) {
					t.Errorf("got %+v", e)
				}
				if strings.Contains(e.Error(), testKey) {
					t.Errorf("the key shows in %v", e)
				}
			})
		}
	}
}

// Whatever the call's stage, the caller's own end is what the error says.
func TestCallersEndShowsThroughAllLayers(t *testing.T) {
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(event(`{"text":"One"}`, "")))
		w.(http.Flusher).Flush()
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	for name, call := range map[string]func(*gemini.Client, context.Context) error{
		"complete": func(c *gemini.Client, ctx context.Context) error { _, err := c.Complete(ctx, ask()); return err },
		"stream": func(c *gemini.Client, ctx context.Context) error {
			_, err := request.Collect(c.Stream(ctx, ask()))
			return err
		},
		"count": func(c *gemini.Client, ctx context.Context) error { _, err := c.CountTokens(ctx, ask()); return err },
	} {
		client, err := gemini.New(gemini.Config{BaseURL: server.URL, Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		err = call(client, ctx)
		if e := asError(t, err); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) || e.Provider != "gemini" || e.Model != "m" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
