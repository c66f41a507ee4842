package canned

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Failure is a way in which a provider fails as it looks on the wire, and what is to be told of it.
type Failure struct {
	Name    string
	Status  int
	Headers string // in the form of Header
	Body    string
	Class   request.Class
	Reason  request.Reason
	Wait    time.Duration
}

// Transport answers with the failure.
func (f *Failure) Transport() *Transport {
	return &Transport{Status: f.Status, Header: Header(f.Headers), Body: f.Body}
}

// calls are the ways to use a client.
func (d *Dialect) calls() map[string]func(context.Context, request.Client) error {
	calls := map[string]func(context.Context, request.Client) error{
		"complete": func(ctx context.Context, c request.Client) error { _, err := c.Complete(ctx, Ask()); return err },
		"stream": func(ctx context.Context, c request.Client) error {
			_, err := request.Collect(c.Stream(ctx, Ask()))
			return err
		},
	}
	if d.Counts {
		calls["count"] = func(ctx context.Context, c request.Client) error { _, err := c.CountTokens(ctx, Ask()); return err }
	}
	return calls
}

// CheckFailure: every call tells of the failure what there is to tell, and not the key.
func (d *Dialect) CheckFailure(t *testing.T, f Failure) {
	t.Helper()
	for mode, call := range d.calls() {
		t.Run(f.Name+" "+mode, func(t *testing.T) {
			transport := f.Transport()
			transport.Header.Set(d.RequestID, "req_9")
			e := AsError(t, call(t.Context(), d.Open(t, transport, "")))
			if e.Class != f.Class || e.Reason != f.Reason || e.RetryAfter != f.Wait || e.Status != f.Status {
				t.Errorf("got %+v", e)
			}
			if e.Provider != d.Provider || e.Model != d.Model || e.RequestID != "req_9" || e.MaybeBilled != (f.Class == request.ClassTimeout) {
				t.Errorf("got %+v", e)
			}
			if strings.Contains(e.Error(), d.Key) {
				t.Errorf("the key shows in %v", e)
			}
		})
	}
}

// CheckCallersEnd: whatever the call's stage, the caller's own end is what the error says. begun is the beginning of a stream.
func (d *Dialect) CheckCallersEnd(t *testing.T, begun string) {
	t.Helper()
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(begun))
		w.(http.Flusher).Flush()
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	for name, call := range d.calls() {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		err := call(ctx, d.Open(t, nil, server.URL))
		if e := AsError(t, err); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) || e.Provider != d.Provider || e.Model != d.Model {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Secret is a key that nothing tells from other words.
const Secret = "plainkeywithoutshape0123456789"

// CheckSecret: Secret, which a provider gives back in every field of an error, shows in none of them, not even in part. open
// makes a client that is given it.
func CheckSecret(t *testing.T, name string, open func(http.RoundTripper) request.Client) {
	t.Helper()
	transport := &Transport{Status: http.StatusUnauthorized, Body: `{"error":{"message":"` + strings.Repeat("x", 985) + Secret +
		`","code":"` + Secret + `","type":"t ` + Secret + `","status":"t ` + Secret + `"}}`}
	_, err := open(transport).Complete(t.Context(), Ask())
	e := AsError(t, err)
	for _, shown := range []string{e.Error(), e.Message, e.Code, e.Type, transport.Got.URL.String()} {
		if strings.Contains(shown, Secret[:12]) || strings.Contains(shown, Secret[15:]) {
			t.Errorf("%s shows in %q", name, shown)
		}
	}
}

// Deep are errors that nest without end, which must not use up the stack.
func Deep() map[string]string {
	deep := strings.Repeat("[", 5_000_000)
	return map[string]string{
		"brackets": deep + strings.Repeat("]", len(deep)),
		"open":     deep,
		"objects":  `{"error":` + strings.Repeat(`{"error":`, 100_000) + `"deep"` + strings.Repeat("}", 100_000) + `}`,
	}
}
