package openai_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// canned is a transport that gives one answer and keeps what it was sent.
type canned struct {
	status int
	header http.Header
	body   io.Reader
	sent   []byte
	got    *http.Request
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	c.got = r
	c.sent, _ = io.ReadAll(r.Body)
	h := c.header
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{StatusCode: max(c.status, 200), Header: h, ContentLength: -1, Body: io.NopCloser(c.body)}, nil
}

func answering(body string) *canned { return &canned{body: strings.NewReader(body)} }

func clientOver(t testing.TB, transport http.RoundTripper, change func(*openai.Config)) *openai.Client {
	t.Helper()
	cfg := openai.Config{APIKey: "sk-test-0123456789", Model: "m", Transport: transport}
	if change != nil {
		change(&cfg)
	}
	c, err := openai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}}
}

// complete asks for a canned body.
func complete(t testing.TB, body string) (*request.Response, error) {
	t.Helper()
	return clientOver(t, answering(body), nil).Complete(t.Context(), ask())
}

// collected is everything a stream handed out.
type collected struct {
	content, reasoning string
	calls              map[int]string
	parts              []request.Part
	limits             *request.Limits
	last               *request.Response
	chunks             int
}

func collect(t testing.TB, c *openai.Client, req request.Request) (collected, error) {
	t.Helper()
	all := collected{calls: map[int]string{}}
	ended := false
	for chunk, err := range c.Stream(t.Context(), req) {
		if ended {
			t.Fatal("the stream went on after its end")
		}
		if err != nil {
			return all, err
		}
		all.chunks++
		all.content += chunk.Content
		all.reasoning += chunk.Reasoning
		if d := chunk.ToolCall; !d.IsZero() {
			all.calls[d.Index] += d.Arguments
		}
		if chunk.Part != nil {
			all.parts = append(all.parts, chunk.Part)
		}
		if chunk.Limits != nil {
			all.limits = chunk.Limits
		}
		all.last, ended = chunk.Response, chunk.Response != nil
	}
	if !ended {
		t.Fatal("the stream ended without its last chunk")
	}
	return all, nil
}

func stream(t testing.TB, body string) (collected, error) {
	t.Helper()
	return collect(t, clientOver(t, answering(body), nil), ask())
}

func asError(t testing.TB, err error) *request.Error {
	t.Helper()
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("%T is no *request.Error: %v", err, err)
	}
	return e
}
