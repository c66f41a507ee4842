package canned

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// Ask is a request that every dialect can say.
func Ask() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}}
}

// Open makes a client with a configuration that is changed for the test, or not if change is nil.
func Open[Config, Client any](t testing.TB, open func(Config) (Client, error), cfg Config, change func(*Config)) Client {
	t.Helper()
	if change != nil {
		change(&cfg)
	}
	c, err := open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Collected is everything that a stream handed out.
type Collected struct {
	Content, Reasoning string
	Calls              map[int]string // their arguments
	Parts              []request.Part
	Limits             *request.Limits
	Last               *request.Response
}

// Collect ranges over a stream, which must end with its response and nothing behind it, or with an error.
func Collect(t testing.TB, c request.Client, req request.Request) (Collected, error) {
	t.Helper()
	all := Collected{Calls: map[int]string{}}
	for chunk, err := range c.Stream(t.Context(), req) {
		if all.Last != nil {
			t.Fatal("the stream went on after its last chunk")
		}
		if err != nil {
			return all, err
		}
		all.Content += chunk.Content
		all.Reasoning += chunk.Reasoning
		if d := chunk.ToolCall; !d.IsZero() {
			all.Calls[d.Index] += d.Arguments
		}
		if chunk.Part != nil {
			all.Parts = append(all.Parts, chunk.Part)
		}
		if chunk.Limits != nil {
			all.Limits = chunk.Limits
		}
		all.Last = chunk.Response
	}
	if all.Last == nil {
		t.Fatal("the stream ended without its last chunk")
	}
	return all, nil
}

// CheckCalls: the deltas of each call add up to it.
func (c *Collected) CheckCalls(t testing.TB) {
	t.Helper()
	for i, call := range c.Last.ToolCalls {
		if c.Calls[i] != call.Arguments {
			t.Errorf("deltas of call %d: %q, want %q", i, c.Calls[i], call.Arguments)
		}
	}
}

// Encoded sends a request and returns the body and the warnings on the response.
func Encoded(t testing.TB, c request.Client, transport *Transport, req request.Request) (string, []request.Warning) {
	t.Helper()
	resp, err := c.Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return string(transport.Sent), resp.Warnings
}

// Fields are the fields of a JSON object, as text, but for those left out.
func Fields(t testing.TB, object string, leftOut ...string) map[string]string {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &raw); err != nil {
		t.Fatalf("%v in %s", err, object)
	}
	fields := map[string]string{}
	for name, value := range raw {
		if !slices.Contains(leftOut, name) {
			fields[name] = string(value)
		}
	}
	return fields
}

// Warned names the fields that warnings are about.
func Warned(warnings []request.Warning) (fields []string) {
	for _, w := range warnings {
		fields = append(fields, w.Field)
	}
	return fields
}

// AsError is the error of a client.
func AsError(t testing.TB, err error) *request.Error {
	t.Helper()
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("%T is no *request.Error: %v", err, err)
	}
	return e
}

// Faults are what an invalid request has wrong, each as "field: problem".
func Faults(t testing.TB, err error) (all []string) {
	t.Helper()
	faults, ok := errors.AsType[request.Faults](err)
	if !ok || !errors.Is(err, request.ErrInvalid) {
		t.Fatalf("got %v", err)
	}
	for _, f := range faults {
		all = append(all, f.Field+": "+f.Problem)
	}
	return all
}
