package fake

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
)

// http.DefaultTransport is made to pass the guards here and not when the first test asks for it: before main nobody can be
// using it, later a change would race with who does. Without a guard it does what it did.
func init() {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.Proxy = wire.Guarded(t.Proxy)
	}
}

// ForbidNetwork makes the test fail, naming the address, when anything in the process calls a host other than this one
// over HTTP before the test ends; the call fails and is not sent. Loopback addresses stay allowed, with or without a
// proxy. Tests in parallel may use it: a call fails all of those that forbid it at the time.
//
// It sees http.DefaultTransport, with its clones, and the transports of llmgate's own clients; that is, whatever was not
// given a transport of its own, which it does not see, as it does not see other protocols.
func ForbidNetwork(t testing.TB) {
	t.Helper()
	t.Cleanup(wire.AddGuard(func(r *http.Request) error {
		if isLoopback(r.URL.Hostname()) {
			return nil
		}
		t.Errorf("the network is forbidden in this test, but it calls %s %s://%s", r.Method, r.URL.Scheme, r.URL.Host)
		return fmt.Errorf("a call to %s: the network is forbidden in this test; give the client a fake or a server on loopback", r.URL.Host)
	}))
}

// isLoopback does not ask the resolver, which would be the network.
func isLoopback(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
