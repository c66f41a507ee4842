package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// through sends a request to a handler in memory.
func through(ctx context.Context, h http.HandlerFunc, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://sim.invalid/some/path?q=1", body)
	if err != nil {
		return nil, err
	}
	return (&memory{handler: h}).RoundTrip(req)
}

// A handler sees what it would see behind a server.
func TestExchangeRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := through(t.Context(), func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			fmt.Fprintln(w, r.Method, r.RequestURI, r.URL.Path, r.Host, r.RemoteAddr, string(body), err)
		}, strings.NewReader("sent"))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if want := "POST /some/path?q=1 /some/path sim.invalid memory sent <nil>\n"; string(got) != want || err != nil {
			t.Errorf("%q, error %v; want %q", got, err, want)
		}
	})
}

// A client sees what it would see of a server.
func TestExchangeResponse(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		status  string
		length  int64
		body    string
	}{
		"nothing":       {func(http.ResponseWriter, *http.Request) {}, "200 OK", -1, ""},
		"only a status": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "404 Not Found", -1, ""},
		"first status":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); w.WriteHeader(200) }, "500 Internal Server Error", -1, ""},
		"only a body":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "said") }, "200 OK", -1, "said"},
		"a length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "said")
		}, "200 OK", 4, "said"},
		"late header": {func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			w.Header().Set("Content-Length", "9")
		}, "200 OK", -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				resp, err := through(t.Context(), tt.handler, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if err != nil || resp.Status != tt.status || resp.ContentLength != tt.length || string(body) != tt.body || resp.Proto != "HTTP/1.1" {
					t.Errorf("%s, length %d, body %q, error %v", resp.Status, resp.ContentLength, body, err)
				}
			})
		})
	}
}

func TestExchangeAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, err := through(t.Context(), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil); !errors.Is(err, io.EOF) {
			t.Errorf("aborted before headers: error %v, want %v", err, io.EOF)
		}
		resp, err := through(t.Context(), func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); string(body) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("aborted in the body: %q, error %v", body, err)
		}
	})
}

// Any other panic is a bug, in the simulator or in Respond. It is not hidden behind a failed request.
func TestExchangePanic(t *testing.T) {
	x := &exchange{header: make(http.Header), ready: make(chan struct{}), done: make(chan struct{})}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim.invalid/", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("recovered %v, want the handler's panic", p)
		}
		select {
		case <-x.done:
		default:
			t.Error("the client would wait for ever")
		}
	}()
	x.serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }), req)
}

// closer counts how often a body is closed.
type closer struct {
	io.Reader
	closed atomic.Int32
}

func (c *closer) Close() error {
	c.closed.Add(1)
	return nil
}

// A transport closes the body of the request, whatever becomes of it.
func TestExchangeClosesRequest(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"unread": func(http.ResponseWriter, *http.Request) {},
		"read":   func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) },
		"abort":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"reset":  func(w http.ResponseWriter, _ *http.Request) { reset(w) },
		"wait":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := &closer{Reader: strings.NewReader("sent")}
				ctx, cancel := context.WithCancel(t.Context())
				if name == "wait" {
					cancel()
				}
				if resp, err := through(ctx, handler, body); err == nil {
					resp.Body.Close()
				}
				cancel()
				if body.closed.Load() == 0 {
					t.Error("the body of the request stays open")
				}
			})
		})
	}
}

// A client that leaves while its own body is still to come is not held.
func TestExchangeStuckBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body, _ := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		_, err := through(ctx, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) }, body)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
	})
}

// A client that gives a cause gets it back.
func TestExchangeCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		wait := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			synctest.Wait()
			cancel(cause)
		}()
		if _, err := through(ctx, wait, nil); !errors.Is(err, cause) {
			t.Errorf("error %v, want %v", err, cause)
		}
	})
}
