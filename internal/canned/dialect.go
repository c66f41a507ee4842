package canned

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

// Dialect is a dialect under test.
type Dialect struct {
	// Provider and Model are what the errors of its clients name; Key must stand in none.
	Provider, Model, Key string
	// Open makes a client with these names and this key, for the usual address if the given one is empty.
	Open func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client
	// Counts: the provider is asked for the size of a prompt.
	Counts bool
	// RequestID is the header that names a request, Limited are headers that give 60 as the limit of requests, if any do.
	RequestID string
	Limited   http.Header
	// Whole is a whole answer, Stream one in pieces: "One ", "two".
	Whole, Stream string
}

// Complete has a body read as a whole answer.
func (d *Dialect) Complete(t testing.TB, body string) (*request.Response, error) {
	t.Helper()
	return d.Open(t, Answer(body), "").Complete(t.Context(), Ask())
}

// Collect has a body read as a stream.
func (d *Dialect) Collect(t testing.TB, body string) (Collected, error) {
	t.Helper()
	return Collect(t, d.Open(t, Answer(body), ""), Ask())
}

// CheckLeaving: leaving the loop over a stream, wherever, closes it.
func (d *Dialect) CheckLeaving(t *testing.T) {
	t.Helper()
	for stop := range 3 {
		transport := &Transport{Header: d.Limited, Body: d.Stream}
		n := 0
		for range d.Open(t, transport, "").Stream(t.Context(), Ask()) {
			if n == stop {
				break
			}
			n++
		}
		if n != stop || !transport.Closed {
			t.Errorf("left after %d chunks; body closed: %v", n, transport.Closed)
		}
	}
}

// CheckLimits holds what an answer says of limits to its headers, which are in the form of Header.
func (d *Dialect) CheckLimits(t *testing.T, name, headers string, want request.Limits) {
	t.Helper()
	got, err := d.Open(t, &Transport{Header: Header(headers), Body: d.Whole}, "").Complete(t.Context(), Ask())
	if err != nil || !cmp.Equal(got.Limits, want) || got.Limits.Any() != (want != request.Limits{}) {
		t.Errorf("%s: %v\n%s", name, err, cmp.Diff(want, got.Limits))
	}
}

// CheckLimitsOfErrors: limits stand on errors, too.
func (d *Dialect) CheckLimitsOfErrors(t *testing.T) {
	t.Helper()
	_, err := d.Open(t, &Transport{Status: http.StatusTooManyRequests, Header: d.Limited}, "").Complete(t.Context(), Ask())
	if e := AsError(t, err); e.Limits.Requests.Limit != 60 {
		t.Errorf("got %+v", e.Limits)
	}
}

// CheckCut holds what came of a stream that says "One two" and was cut at a byte.
func CheckCut(t testing.TB, at int, got Collected, err error) {
	t.Helper()
	if !errors.Is(err, request.ErrTruncated) {
		t.Fatalf("cut at %d: got %v", at, err)
	}
	e := AsError(t, err)
	if e.Partial == nil || e.Partial.Content != got.Content || e.Partial.Reasoning != got.Reasoning || !e.MaybeBilled || !strings.HasPrefix("One two", got.Content) {
		t.Fatalf("cut at %d: handed out %q, partial %+v", at, got.Content, e.Partial)
	}
}

// CheckBroken holds what came of a stream that said "One" and then failed to the class and a word of the failure.
func CheckBroken(t testing.TB, got Collected, err error, class request.Class, says string) *request.Error {
	t.Helper()
	e := AsError(t, err)
	if e.Class != class || !strings.Contains(e.Error(), says) || !e.MaybeBilled || e.Status != http.StatusOK || got.Content != "One" {
		t.Errorf("got %+v after %q", e, got.Content)
	}
	if e.Partial == nil || e.Partial.Content != "One" || e.Partial.Usage.OutputTokens == 0 {
		t.Errorf("partial: %+v", e.Partial)
	}
	return e
}

// CheckSums holds what a stream handed out to its response.
func CheckSums(t testing.TB, got Collected, err error) {
	t.Helper()
	if err == nil && (got.Last.Content != got.Content || got.Last.Reasoning != got.Reasoning) {
		t.Fatalf("deltas %q and %q, response %+v", got.Content, got.Reasoning, got.Last)
	}
}

// CheckOutcome holds whatever foreign bytes came to to what callers rely on.
func (d *Dialect) CheckOutcome(t testing.TB, resp *request.Response, err error) {
	t.Helper()
	if err != nil {
		if e := AsError(t, err); e.Class == "" || e.Provider != d.Provider || e.Error() == "" {
			t.Fatalf("got %+v", e)
		}
		return
	}
	u := resp.Usage
	if min(u.InputTokens, u.OutputTokens, u.CacheWrite5mTokens) < 0 || u.ReasoningTokens > u.OutputTokens || u.AudioInputTokens > u.InputTokens || u.Reported == u.Estimated {
		t.Fatalf("usage %+v", u)
	}
	for _, c := range resp.ToolCalls {
		if c.ID == "" {
			t.Fatalf("a call without an ID: %+v", c)
		}
	}
}

// CheckModel: a client without a default model wants one named.
func CheckModel(t *testing.T, c request.Client) {
	t.Helper()
	_, err := c.Complete(t.Context(), Ask())
	if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), "no model") {
		t.Errorf("got %v", err)
	}
}

// CheckCapabilities: what models can do is as configured. open makes a client that is told so.
func (d *Dialect) CheckCapabilities(t *testing.T, open func(can func(model string) request.Capabilities) request.Client) {
	t.Helper()
	if c := d.Open(t, Answer(""), "").Capabilities("m"); c.Known {
		t.Errorf("got %+v", c)
	}
	client := open(func(model string) request.Capabilities { return request.Capabilities{Known: model == d.Model} })
	if !client.Capabilities("").Known || client.Capabilities("other").Known {
		t.Error("the model was not passed on")
	}
}
