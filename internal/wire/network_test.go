package wire_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

func newClient(t *testing.T, cfg wire.Config) *wire.Client {
	t.Helper()
	transport := wire.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	cfg.Transport = transport
	return wire.New(cfg)
}

// One connection must serve any number of calls one after the other, whatever their kind.
func TestConnectionIsReused(t *testing.T) {
	const calls = 20
	kinds := map[string]struct {
		handler http.HandlerFunc
		read    func(*wire.Reply) error
	}{
		"complete": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 9000)) },
			func(r *wire.Reply) error {
				b, err := r.Body()
				if err == nil {
					b.Free()
				}
				return err
			},
		},
		"error": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) },
			func(r *wire.Reply) error {
				b, err := r.ErrorBody()
				if err == nil {
					b.Free()
				}
				return err
			},
		},
		"stream": {
			func(w http.ResponseWriter, _ *http.Request) {
				for range 10 {
					fmt.Fprint(w, "data: piece\n\n")
					w.(http.Flusher).Flush()
				}
				fmt.Fprint(w, "data: [DONE]\n\n")
			},
			func(r *wire.Reply) error {
				events := wire.NewEventReader(r)
				defer events.Close()
				for {
					e, err := events.Next()
					if err != nil {
						return err
					}
					if string(e.Data) == "[DONE]" {
						r.Drain()
						return nil
					}
				}
			},
		},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			url, connections := canned.Serve(t, kind.handler)
			c := newClient(t, wire.Config{})
			for range calls {
				reply, err := c.Post(t.Context(), targetAt(t, url), bufferOf("{}"))
				if err != nil {
					t.Fatal(err)
				}
				if err := kind.read(reply); err != nil {
					t.Fatal(err)
				}
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d calls took %d connections", calls, n)
			}
		})
	}
}

func TestBodiesArriveWholeUnderConcurrency(t *testing.T) {
	url, _ := canned.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body)%2 == 1 { // answered without reading on: the transport may still hold the buffer
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write(body)
	})
	c := newClient(t, wire.Config{})
	target := targetAt(t, url)
	var wait sync.WaitGroup
	for i := range 32 {
		wait.Go(func() {
			for j := range 50 {
				want := strings.Repeat(string(rune('a'+i%26)), 100*i+j)
				reply, err := c.Post(t.Context(), target, bufferOf(want))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := reply.Body()
				if err != nil || string(got.B) != want {
					t.Errorf("%d bytes came back as %d, %v", len(want), len(got.B), err)
					return
				}
				got.Free()
			}
		})
	}
	wait.Wait()
}

func TestFailuresBeforeAnAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	hangUp, _ := canned.Serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = discardLog()
	t.Cleanup(tlsServer.Close)
	for _, c := range []struct {
		name, url, says string
		class           request.Class
		billed          bool
	}{
		{"refused", closed, "can't connect to 127.0.0.1", request.ClassTransient, false},
		{"hung up", hangUp, "closed before an answer", request.ClassTransient, true},
		{"certificate", tlsServer.URL, "certificate is not valid", request.ClassInvalid, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newClient(t, wire.Config{Provider: "p"})
			_, err := client.Post(t.Context(), targetAt(t, c.url), bufferOf("{}"))
			e, ok := err.(*request.Error)
			if !ok || e.Class != c.class || e.MaybeBilled != c.billed || !strings.Contains(e.Error(), c.says) || e.Provider != "p" {
				t.Errorf("got %+v", err)
			}
		})
	}
}

func TestResetIsTransient(t *testing.T) {
	reset := roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	})
	e, _ := failure(t, t.Context(), wire.Config{Transport: reset})
	if e == nil || e.Class != request.ClassTransient || !e.MaybeBilled {
		t.Errorf("got %+v", e)
	}
}

func TestUnknownHostNamesTheRemedy(t *testing.T) {
	unknown := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}}
	})
	e, _ := failure(t, t.Context(), wire.Config{Transport: unknown})
	if e == nil || e.Class != request.ClassTransient || e.MaybeBilled || !strings.Contains(e.Error(), "host api.example not found; check the base URL") {
		t.Errorf("got %+v", e)
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	const secret = "very.secret.key"
	leaky := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("proxy refused header %s", secret)
	})
	e, _ := failure(t, t.Context(), wire.Config{Transport: leaky, Secrets: []string{secret}})
	if e == nil || strings.Contains(e.Error(), secret) || !strings.Contains(e.Error(), wire.Redacted) {
		t.Errorf("got %v", e)
	}
}

// A cancelled call must not wait for the server.
func TestCancelEndsTheCall(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	url, _ := canned.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := newClient(t, wire.Config{}).Post(ctx, targetAt(t, url), bufferOf("{}"))
	if request.Classify(err) != request.ClassCanceled {
		t.Errorf("got %v", err)
	}
}
