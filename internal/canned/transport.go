// Package canned is what the tests of the dialects share: a transport that gives one answer, and checks of what a client makes
// of it that are the same whatever the form of the answer. Each dialect brings its bodies and what is special to it. For a
// provider that answers by what it is asked use the simulator, for what every client promises the suite of the contract.
package canned

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// Transport gives one answer and keeps what it was sent.
type Transport struct {
	// Status is 200 if zero.
	Status int
	Header http.Header
	Body   string
	// Reader stands in for Body where it matters how an answer comes; it answers only once.
	Reader io.Reader

	// Got is the last request, Sent its body. Closed: the answer's body was.
	Got    *http.Request
	Sent   []byte
	Closed bool
}

// Answer makes a Transport that answers well.
func Answer(body string) *Transport { return &Transport{Body: body} }

// RoundTrip takes a request.
func (c *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	var err error
	if c.Sent, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	c.Got, c.Closed = r, false
	header := c.Header
	if header == nil {
		header = http.Header{}
	}
	reader := c.Reader
	if reader == nil {
		reader = strings.NewReader(c.Body)
	}
	return &http.Response{StatusCode: max(c.Status, 200), Header: header, ContentLength: -1, Body: &body{reader, c}}, nil
}

type body struct {
	io.Reader
	of *Transport
}

func (b *body) Close() error { b.of.Closed = true; return nil }

// Broken is a text that breaks off like a lost connection.
func Broken(text string) io.Reader {
	return io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF))
}

// Header reads headers out of a row of a table: "Name: value" with "|" between them.
func Header(text string) http.Header {
	h := http.Header{}
	for pair := range strings.SplitSeq(text, "|") {
		if name, value, ok := strings.Cut(pair, ": "); ok {
			h.Set(name, value)
		}
	}
	return h
}

// CheckSent holds the address and headers of the last request to what they should be.
func (c *Transport) CheckSent(t testing.TB, url string, header map[string]string) {
	t.Helper()
	if got := c.Got.URL.String(); got != url || c.Got.Method != http.MethodPost {
		t.Errorf("%s %s, want %s", c.Got.Method, got, url)
	}
	for name, want := range header {
		if got := c.Got.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
