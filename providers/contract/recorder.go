package contract

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// recorder is the transport between client and provider: it keeps what is sent, and watches that bodies are closed.
type recorder struct {
	next http.RoundTripper

	mu     sync.Mutex
	bodies []string
	open   map[*watchedBody]bool
}

// RoundTrip passes the request on, its body read beforehand. Like net/http it reads and sends nothing once the context has
// ended.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return unread{err}.RoundTrip(req)
	}
	if _, raw := r.next.(unread); raw {
		return r.next.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	r.mu.Lock()
	r.bodies = append(r.bodies, string(body))
	r.mu.Unlock()
	inner := req.Clone(req.Context())
	inner.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := r.next.RoundTrip(inner)
	if err == nil {
		resp.Body = r.watch(resp.Body)
	}
	return resp, err
}

// all are the request bodies so far.
func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies)
}

// watchedBody is a response body that reports when it is closed.
type watchedBody struct {
	io.ReadCloser
	recorder *recorder
}

func (r *recorder) watch(body io.ReadCloser) io.ReadCloser {
	w := &watchedBody{ReadCloser: body, recorder: r}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[*watchedBody]bool{}
	}
	r.open[w] = true
	return w
}

func (w *watchedBody) Close() error {
	w.recorder.mu.Lock()
	delete(w.recorder.open, w)
	w.recorder.mu.Unlock()
	return w.ReadCloser.Close()
}

// leaked are the bodies that nobody has closed.
func (r *recorder) leaked() (bodies []*watchedBody) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.open {
		bodies = append(bodies, w)
	}
	return bodies
}

// canned gives the same response to every request.
type canned struct {
	status int
	header http.Header
	body   string
}

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	header := c.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	return &http.Response{
		StatusCode: c.status, Status: http.StatusText(c.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: req,
	}, nil
}

// unread fails every request before it has read any of it.
type unread struct{ err error }

func (u unread) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body.Close()
	}
	return nil, u.err
}
