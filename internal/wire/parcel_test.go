package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// counted is a connection that counts what is written to it.
type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// counting is a transport over such connections.
func counting(t *testing.T) (*http.Transport, *atomic.Int64) {
	t.Helper()
	writes := new(atomic.Int64)
	transport := wire.NewTransport()
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return counted{c, writes}, err
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport, writes
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = w.Write(body)
}

func TestShortQuestionsTakeOneWrite(t *testing.T) {
	url, _ := canned.Serve(t, echo)
	transport, writes := counting(t)
	c := wire.New(wire.Config{Transport: transport})
	for i := range 10 {
		want := strings.Repeat("a", 70*(i+1))
		if got := post(t, t.Context(), c, url, want); got != want {
			t.Fatalf("%q came back as %q", want, got)
		}
	}
	if n := writes.Load(); n != 10 {
		t.Errorf("10 questions took %d writes", n)
	}
}

func post(t *testing.T, ctx context.Context, c *wire.Client, url, body string) string {
	t.Helper()
	reply, err := c.Post(ctx, targetAt(t, url), bufferOf(body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := reply.Body()
	if err != nil {
		t.Fatal(err)
	}
	defer got.Free()
	return string(got.B)
}

// The server closes idle connections, so that questions are sent again on others.
func TestShortQuestionsAreSentAgain(t *testing.T) {
	var calls atomic.Int64
	url, _ := canned.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1)%3 == 0 { // it has come over a connection that was used before
			panic(http.ErrAbortHandler)
		}
		echo(w, r)
	})
	transport, _ := counting(t)
	c := wire.New(wire.Config{Transport: transport})
	target := targetAt(t, url)
	target.Header.Set("Idempotency-Key", "one") // with which net/http sends a POST again
	for i := range 20 {
		want := strings.Repeat("b", i+1)
		reply, err := c.Post(t.Context(), target, bufferOf(want))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := reply.Body(); err != nil || string(got.B) != want {
			t.Fatalf("%q came back as %q, %v", want, got.B, err)
		}
	}
	if n := calls.Load(); n <= 20 {
		t.Errorf("only %d questions came for 20", n)
	}
}

func TestACallersTraceIsTold(t *testing.T) {
	url, _ := canned.Serve(t, echo)
	told := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { told++ }})
	if got := post(t, ctx, newClient(t, wire.Config{}), url, "{}"); got != "{}" || told != 1 {
		t.Errorf("got %q, told %d times", got, told)
	}
}

// What stands behind net/http's transport need not say what it has taken.
func TestAnUnknownTransportMayHaveSent(t *testing.T) {
	transport := &http.Transport{}
	transport.RegisterProtocol("other", roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, errors.New("lost")
	}))
	_, err := wire.New(wire.Config{Transport: transport}).Post(t.Context(), targetAt(t, "other://api.example"), bufferOf("{}"))
	if e, ok := errors.AsType[*request.Error](err); !ok || !e.MaybeBilled {
		t.Errorf("got %+v", err)
	}
}

func TestWhatIsKeptBackIsNotBilled(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	guarded := wire.AddGuard(func(*http.Request) error { return errors.New("kept back") })
	defer guarded()
	for name, ctx := range map[string]context.Context{"a guard": t.Context(), "the caller": ended} {
		_, err := wire.New(wire.Config{Transport: wire.NewTransport()}).Post(ctx, targetAt(t, "http://api.example"), bufferOf("{}"))
		if e, ok := errors.AsType[*request.Error](err); !ok || e.MaybeBilled {
			t.Errorf("%s: got %+v", name, err)
		}
	}
}

// A connection that does not come about in time has taken nothing.
func TestEndedWhileConnecting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	defer close(over)
	transport := wire.NewTransport()
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		cancel()
		<-over
		return nil, net.ErrClosed
	}
	_, err := wire.New(wire.Config{Transport: transport}).Post(ctx, targetAt(t, "http://api.example"), bufferOf("{}"))
	if e, ok := errors.AsType[*request.Error](err); !ok || e.Class != request.ClassCanceled || e.MaybeBilled {
		t.Errorf("got %+v", err)
	}
}
