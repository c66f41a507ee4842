package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func targetAt(t testing.TB, address string) *wire.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &wire.Target{URL: u, Header: http.Header{"Content-Type": {"application/json"}}}
}

func bufferOf(text string) *wire.Buffer {
	b := wire.GetBuffer()
	b.B = append(b.B, text...)
	return b
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// script is a body that plays steps: texts to deliver and pauses. It ends when its request does, like a real one.
type script struct {
	ctx   context.Context
	steps []any
	rest  string
}

func (s *script) Read(p []byte) (int, error) {
	for s.rest == "" {
		if len(s.steps) == 0 {
			return 0, io.EOF
		}
		step := s.steps[0]
		s.steps = s.steps[1:]
		switch step := step.(type) {
		case string:
			s.rest = step
		case time.Duration:
			select {
			case <-time.After(step):
			case <-s.ctx.Done():
				return 0, s.ctx.Err()
			}
		case error:
			return 0, step
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *script) Close() error { return nil }

// scripted answers with a status after a wait, and then with a scripted body.
func scripted(wait time.Duration, status int, steps ...any) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, ContentLength: -1, Body: &script{ctx: r.Context(), steps: steps}}, nil
	}
}

// failure posts through a transport and returns the error of the post or of reading the body.
func failure(t *testing.T, ctx context.Context, cfg wire.Config) (*request.Error, time.Duration) {
	t.Helper()
	start := time.Now()
	reply, err := wire.New(cfg).Post(ctx, targetAt(t, "http://provider/v1"), bufferOf("{}"))
	if err == nil {
		var body *wire.Buffer
		if body, err = reply.Body(); err == nil {
			body.Free()
			return nil, time.Since(start)
		}
	}
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("%T is no *request.Error: %v", err, err)
	}
	return e, time.Since(start)
}

func TestTimeouts(t *testing.T) {
	const firstByte, idle = 10 * time.Second, 3 * time.Second
	for _, c := range []struct {
		name      string
		transport roundTrip
		class     request.Class
		reason    request.Reason
		after     time.Duration
		says      string
	}{
		{"in time", scripted(9*time.Second, 200, 2*time.Second, "a", 2*time.Second, "b"), "", "", 13 * time.Second, ""},
		{"no headers", scripted(time.Hour, 200), request.ClassTimeout, "", firstByte, "no response headers in time"},
		{"stall before the body", scripted(0, 200, time.Hour), request.ClassTimeout, request.ReasonStalled, idle, "stalled"},
		{"stall in the body", scripted(time.Second, 200, "a", time.Second, "b", time.Hour), request.ClassTimeout, request.ReasonStalled, 5 * time.Second, "stalled"},
		{"cut", scripted(0, 200, "a", io.ErrUnexpectedEOF), request.ClassTruncated, "", 0, "broke off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, took := failure(t, t.Context(), wire.Config{Provider: "p", Transport: c.transport, FirstByteTimeout: firstByte, IdleTimeout: idle})
				if took != c.after {
					t.Errorf("ended after %v, want %v", took, c.after)
				}
				if c.class == "" {
					if e != nil {
						t.Errorf("got %v", e)
					}
					return
				}
				if e == nil || e.Class != c.class || e.Reason != c.reason || !strings.Contains(e.Error(), c.says) || !e.MaybeBilled {
					t.Errorf("got %+v", e)
				}
				if errors.Is(e, context.Canceled) {
					t.Error("a timeout passes for the caller's cancellation")
				}
			})
		})
	}
}

func TestNoTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := wire.Config{Transport: scripted(24*time.Hour, 200, 24*time.Hour, "a"), FirstByteTimeout: -1, IdleTimeout: -1}
		if e, took := failure(t, t.Context(), cfg); e != nil || took != 48*time.Hour {
			t.Errorf("got %v after %v", e, took)
		}
	})
}

func TestCallersEnd(t *testing.T) {
	why := errors.New("no longer needed")
	for _, c := range []struct {
		name  string
		ctx   func(context.Context) (context.Context, func())
		class request.Class
		is    []error
	}{
		{"cancelled", func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(why) })
			return ctx, func() {}
		}, request.ClassCanceled, []error{context.Canceled, why, request.ErrCanceled}},
		{"deadline", func(ctx context.Context) (context.Context, func()) {
			return context.WithTimeout(ctx, time.Second)
		}, request.ClassTimeout, []error{context.DeadlineExceeded, request.ErrTimeout}},
	} {
		for name, transport := range map[string]roundTrip{
			"before headers": scripted(time.Hour, 200),
			"in the body":    scripted(0, 200, "a", time.Hour),
		} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, done := c.ctx(t.Context())
					defer done()
					e, took := failure(t, ctx, wire.Config{Transport: transport})
					if e == nil || e.Class != c.class || took != time.Second || !e.MaybeBilled {
						t.Fatalf("got %+v after %v", e, took)
					}
					for _, target := range c.is {
						if !errors.Is(e, target) {
							t.Errorf("%v is not %v", e, target)
						}
					}
				})
			})
		}
	}
}

// A reader that takes its time between two reads is not a server that stalls.
func TestSlowReaderIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wire.New(wire.Config{Transport: scripted(0, 200, "a", time.Second, "b"), IdleTimeout: 2 * time.Second})
		reply, err := c.Post(t.Context(), targetAt(t, "http://provider/v1"), bufferOf("{}"))
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Close()
		for _, want := range []string{"a", "b"} {
			time.Sleep(time.Hour)
			p := make([]byte, 8)
			n, err := reply.Read(p)
			if err != nil || string(p[:n]) != want {
				t.Errorf("read %q, %v", p[:n], err)
			}
		}
		if _, err := reply.Read(make([]byte, 8)); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	})
}

func TestAnswerIsBounded(t *testing.T) {
	for _, c := range []struct {
		size, limit int
		fits        bool
	}{{100, 100, true}, {101, 100, false}, {20000, 20000, true}, {20001, 20000, false}} {
		cfg := wire.Config{Transport: scripted(0, 200, strings.Repeat("x", c.size)), MaxAnswer: int64(c.limit)}
		e, _ := failure(t, t.Context(), cfg)
		if c.fits != (e == nil) {
			t.Errorf("%d bytes under a limit of %d: %v", c.size, c.limit, e)
		}
		if e != nil && (e.Class != request.ClassTruncated || !e.MaybeBilled) {
			t.Errorf("got %+v", e)
		}
	}
}

func TestErrorBodyIsCutNotRefused(t *testing.T) {
	c := wire.New(wire.Config{Transport: scripted(0, 500, strings.Repeat("x", 1<<20))})
	reply, err := c.Post(t.Context(), targetAt(t, "http://provider/v1"), bufferOf("{}"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := reply.ErrorBody()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Free()
	if len(body.B) != 64<<10 {
		t.Errorf("kept %d bytes", len(body.B))
	}
}

func TestDrainDoesNotWaitForAServerThatLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wire.New(wire.Config{Transport: scripted(0, 200, "data: [DONE]\n\n", time.Hour)})
		reply, err := c.Post(t.Context(), targetAt(t, "http://provider/v1"), bufferOf("{}"))
		if err != nil {
			t.Fatal(err)
		}
		events := wire.NewEventReader(reply)
		if e, err := events.Next(); err != nil || string(e.Data) != "[DONE]" {
			t.Fatalf("got %q, %v", e.Data, err)
		}
		events.Close()
		start := time.Now()
		reply.Drain()
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("waited %v", took)
		}
	})
}

// An error whose body does not come is still the error that its status says, and soon; but the caller's own end wins.
func TestErrorBodyThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wire.New(wire.Config{Transport: scripted(0, 429, "slow", time.Hour)})
		start := time.Now()
		reply, err := c.Post(t.Context(), targetAt(t, "http://provider/v1"), bufferOf("{}"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := reply.ErrorBody()
		if err != nil || string(body.B) != "slow" || time.Since(start) != 5*time.Second {
			t.Errorf("got %v, %v after %v", body, err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if reply, err = c.Post(ctx, targetAt(t, "http://provider/v1"), bufferOf("{}")); err != nil {
			t.Fatal(err)
		}
		if _, err := reply.ErrorBody(); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, request.ErrTimeout) {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnreadIsReadFirst(t *testing.T) {
	c := wire.New(wire.Config{Transport: scripted(0, 200, "c")})
	reply, err := c.Post(t.Context(), targetAt(t, "http://provider/v1"), bufferOf("{}"))
	if err != nil {
		t.Fatal(err)
	}
	reply.Unread([]byte("ab"))
	body, err := reply.Body()
	if err != nil || string(body.B) != "abc" {
		t.Errorf("got %v, %v", body, err)
	}
}

// closer tells when it is closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestTransportsThatBreakTheirContract(t *testing.T) {
	both := &closer{Reader: strings.NewReader("")}
	for name, transport := range map[string]roundTrip{
		"neither":  func(*http.Request) (*http.Response, error) { return nil, nil },
		"both":     func(*http.Request) (*http.Response, error) { return &http.Response{Body: both}, io.EOF },
		"timeout":  func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded },
		"no body":  func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil },
		"no cause": func(*http.Request) (*http.Response, error) { return nil, context.Canceled },
	} {
		e, _ := failure(t, t.Context(), wire.Config{Transport: transport})
		switch {
		case name == "no body" && e != nil, name != "no body" && e == nil:
			t.Errorf("%s: got %v", name, e)
		case name == "timeout" && e.Class != request.ClassTimeout:
			t.Errorf("%s: got %v", name, e)
		}
	}
	if !both.closed {
		t.Error("the body beside an error was left open")
	}
}
