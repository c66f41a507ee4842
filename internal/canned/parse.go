package canned

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

// Parse reads a request's body.
type Parse func(body []byte, provider string) (request.Request, error)

// CheckRoundTrip: what a client sends is read back. t is that of a test of properties.
func CheckRoundTrip(t interface {
	Context() context.Context
	Fatalf(format string, args ...any)
}, c request.Client, transport *Transport, want request.Request, provider string, parse Parse) {
	resp, err := c.Complete(t.Context(), want)
	if err != nil || len(resp.Warnings) > 0 {
		t.Fatalf("%v, %v", err, resp)
	}
	got, err := parse(transport.Sent, provider)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v\n%s\nbody %s", err, diff, transport.Sent)
	}
}

// CheckParsed: whatever bytes are read, faults are told as such, what is no JSON is one, and the request is fit to be checked.
func CheckParsed(t testing.TB, body []byte, parse Parse) (request.Request, error) {
	t.Helper()
	req, err := parse(body, "p")
	if err != nil && !errors.Is(err, request.ErrInvalid) {
		t.Fatal(err)
	}
	_ = req.Validate()
	odd := func(b byte) bool { return b < ' ' || b == '\\' || b >= 0x80 } // of which encoding/json is stricter
	if err == nil && !json.Valid(body) && !slices.ContainsFunc(body, odd) {
		t.Fatalf("took what is no JSON: %q", body)
	}
	return req, err
}
