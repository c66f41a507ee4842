package wire_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
)

func TestGuardsSeeRequestsBeforeTheProxyIsChosen(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "proxy.example"}
	choose := wire.Guarded(func(*http.Request) (*url.URL, error) { return proxy, nil })
	req := httptest.NewRequest(http.MethodPost, "http://api.example/v1", nil)
	seen := 0
	first, second := errors.New("first"), errors.New("second")
	guard := func(err error) func() {
		return wire.AddGuard(func(r *http.Request) error {
			if r == req {
				seen++
			}
			return err
		})
	}
	lets := guard(nil)
	removeFirst, removeSecond := guard(first), guard(second)
	if _, err := choose(req); !errors.Is(err, first) || seen != 3 {
		t.Errorf("got %v after %d of 3 guards", err, seen)
	}
	removeFirst()
	if _, err := choose(req); !errors.Is(err, second) {
		t.Errorf("got %v", err)
	}
	removeSecond()
	removeSecond() // no harm
	if got, err := choose(req); got != proxy || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	lets()
	if got, err := wire.Guarded(nil)(req); got != nil || err != nil || seen != 6 {
		t.Errorf("without a proxy: %v, %v, seen %d times", got, err, seen)
	}
}

func TestNewTransportIsGuarded(t *testing.T) {
	refused := errors.New("refused")
	defer wire.AddGuard(func(*http.Request) error { return refused })()
	_, err := wire.NewTransport().RoundTrip(httptest.NewRequest(http.MethodPost, "http://api.example/v1", nil))
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}
