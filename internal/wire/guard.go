package wire

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// A Guard looks at every request that is about to be sent; its error keeps the request from being sent.
type Guard func(*http.Request) error

// guards are what requests pass now. Guards run under the read lock, so that none runs once it has been removed.
var guards struct {
	sync.RWMutex
	list []*Guard
}

// AddGuard has requests over guarded transports pass g, which must be safe for concurrent use, until remove is called.
// Remove blocks until g has returned everywhere.
func AddGuard(g Guard) (remove func()) {
	guards.Lock()
	defer guards.Unlock()
	guards.list = append(guards.list, &g)
	return func() {
		guards.Lock()
		defer guards.Unlock()
		guards.list = slices.DeleteFunc(guards.list, func(other *Guard) bool { return other == &g })
	}
}

// refusal is an error that kept a request from being sent.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// Guarded makes a transport's choice of proxy pass the guards. That choice is the one thing which net/http does for
// every request, over an idle connection as well as a new one, and which may fail; a dialer sees new connections only,
// and sees the proxy's address in place of the request's.
func Guarded(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		if err := pass(r); err != nil {
			return nil, &refusal{err}
		}
		if proxy == nil {
			return nil, nil
		}
		u, err := proxy(r)
		if err != nil {
			err = &refusal{err}
		}
		return u, err
	}
}

// pass shows the request to all guards and returns the first one's error.
func pass(r *http.Request) (err error) {
	guards.RLock()
	defer guards.RUnlock()
	for _, g := range guards.list {
		if e := (*g)(r); err == nil {
			err = e
		}
	}
	return err
}
