package fake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers/fake"
)

// witness is a test that may fail without failing the one that looks at it.
type witness struct {
	testing.TB
	mu       sync.Mutex
	errors   []string
	cleanups []func()
}

func (w *witness) Helper()          {}
func (w *witness) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }
func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func (w *witness) end() {
	for _, f := range w.cleanups {
		f()
	}
}

// rerouted is a transport that takes every address for that of a server of the test, which counts its requests.
func rerouted(t *testing.T, transport *http.Transport) (*http.Client, *atomic.Int64) {
	t.Helper()
	served := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	t.Cleanup(server.Close)
	transport = transport.Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, served
}

func get(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

const elsewhere = "http://api.example:81/v1?key=secret"

func TestForbidNetwork(t *testing.T) {
	for name, transport := range map[string]*http.Transport{"default": http.DefaultTransport.(*http.Transport), "shared": wire.Shared()} {
		t.Run(name, func(t *testing.T) {
			client, served := rerouted(t, transport)
			if err := get(client, elsewhere); err != nil { // leaves an idle connection, which must not be used either
				t.Fatal(err)
			}
			one, other := &witness{TB: t}, &witness{TB: t}
			fake.ForbidNetwork(one)
			fake.ForbidNetwork(other)
			if err := get(client, elsewhere); err == nil || !strings.Contains(err.Error(), "api.example:81: the network is forbidden") {
				t.Errorf("got %v", err)
			}
			if n := served.Load(); n != 1 {
				t.Errorf("%d requests were sent", n)
			}
			for _, address := range []string{"http://127.0.0.1/", "http://[::1]:80/", "http://LOCALHOST./", "http://api.localhost/", "http://[::ffff:127.0.0.1]/"} {
				if err := get(client, address); err != nil {
					t.Errorf("%s: %v", address, err)
				}
			}
			for _, w := range []*witness{one, other} {
				w.end()
				if want := []string{"the network is forbidden in this test, but it calls GET http://api.example:81"}; !slices.Equal(w.errors, want) {
					t.Errorf("the test got %q", w.errors)
				}
			}
			if err := get(client, elsewhere); err != nil || len(one.errors) != 1 {
				t.Errorf("after the end: %v, %q", err, one.errors)
			}
		})
	}
}

// A client without a transport of its own is seen, and its error is one of the vocabulary.
func TestForbidNetworkSeesClients(t *testing.T) {
	w := &witness{TB: t}
	fake.ForbidNetwork(w)
	defer w.end()
	client := wire.New(wire.Config{Provider: "p"})
	_, err := client.Post(t.Context(), &wire.Target{URL: &url.URL{Scheme: "https", Host: "api.example"}, Header: http.Header{}}, wire.GetBuffer())
	if e := asError(t, err); e.MaybeBilled || len(w.errors) != 1 || !strings.Contains(e.Error(), "api.example: the network is forbidden") {
		t.Errorf("got %+v; the test got %q", e, w.errors)
	}
}

func TestForbidNetworkInParallel(t *testing.T) {
	client, served := rerouted(t, http.DefaultTransport.(*http.Transport))
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			w := &witness{TB: t}
			fake.ForbidNetwork(w)
			if err := get(client, elsewhere); err == nil {
				t.Error("a call went through")
			}
			w.end()
			if len(w.errors) == 0 {
				t.Error("a test did not hear of its own call")
			}
		})
	}
	wait.Wait()
	if n := served.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func ExampleForbidNetwork() {
	t := new(witness) // in a test: its *testing.T
	defer t.end()
	fake.ForbidNetwork(t)
	_, err := http.Get("https://api.example/v1/models")
	fmt.Println(err)
	fmt.Println("the test failed:", len(t.errors) > 0)
	// Output:
	// Get "https://api.example/v1/models": a call to api.example: the network is forbidden in this test; give the client a fake or a server on loopback
	// the test failed: true
}
