package langchain_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/langchain"
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

type opener func(langchain.Config) (request.Client, error)

func open(t testing.TB, with opener, transport http.RoundTripper) request.Client {
	t.Helper()
	c, err := with(langchain.Config{APIKey: "sk-test-0123456789", Model: "m", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}, MaxTokens: 100}
}

// Answers that are whole and plain, one for each vendor.
const (
	openaiPlain    = `{"id":"c1","model":"m-1","created":1777000000,"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}`
	anthropicPlain = `{"type":"message","id":"m1","model":"m-1","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}`
	ollamaPlain    = `{"model":"m-1","created_at":"2026-04-24T03:06:40Z","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2}`
)

// sent gives the body that a request is sent as, and the warnings on the response to it.
func sent(t *testing.T, with opener, answer string, req request.Request) (map[string]any, []string) {
	t.Helper()
	transport := answering(answer)
	resp, err := open(t, with, transport).Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, w := range resp.Warnings {
		fields = append(fields, w.Field)
	}
	return object(t, string(transport.sent)), fields
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

func wantBody(t *testing.T, got map[string]any, want string) {
	t.Helper()
	if diff := cmp.Diff(object(t, want), got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func asError(t testing.TB, err error) *request.Error {
	t.Helper()
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("%T is no *request.Error: %v", err, err)
	}
	return e
}

// collected is everything a stream handed out.
type collected struct {
	content, reasoning string
	calls              map[int]string
	last               *request.Response
}

func collect(t testing.TB, c request.Client, req request.Request) (collected, error) {
	t.Helper()
	all := collected{calls: map[int]string{}}
	for chunk, err := range c.Stream(t.Context(), req) {
		if all.last != nil {
			t.Fatal("the stream went on after its last chunk")
		}
		if err != nil {
			return all, err
		}
		all.content += chunk.Content
		all.reasoning += chunk.Reasoning
		if d := chunk.ToolCall; !d.IsZero() {
			all.calls[d.Index] += d.Arguments
		}
		all.last = chunk.Response
	}
	if all.last == nil {
		t.Fatal("the stream ended without its last chunk")
	}
	return all, nil
}
