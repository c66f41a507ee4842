package anthropic_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

const testKey = "sk-ant-test-0123456789"

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

func clientOver(t testing.TB, transport http.RoundTripper, change func(*anthropic.Config)) *anthropic.Client {
	t.Helper()
	cfg := anthropic.Config{APIKey: testKey, Model: "claude-sonnet-4-5", Transport: transport}
	if change != nil {
		change(&cfg)
	}
	c, err := anthropic.New(cfg)
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
	last               *request.Response
	chunks             int
}

func collect(t testing.TB, c *anthropic.Client, req request.Request) (collected, error) {
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

// whole makes a message out of its blocks.
func whole(blocks, stop string) string {
	return `{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[` + blocks + `],"stop_reason":` + stop +
		`,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":2}}`
}

// events makes a stream out of the data of its events, which name their type first.
func events(data ...string) string {
	var b strings.Builder
	for _, d := range data {
		kind, _, _ := strings.Cut(strings.TrimPrefix(d, `{"type":"`), `"`)
		b.WriteString("event: " + kind + "\ndata: " + d + "\n\n")
	}
	return b.String()
}

const (
	messageStart = `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_read_input_tokens":3,"output_tokens":1,"service_tier":"standard"}}}`
	messageStop  = `{"type":"message_stop"}`
)

func messageDelta(stop string) string {
	return `{"type":"message_delta","delta":{"stop_reason":"` + stop + `","stop_sequence":null},"usage":{"output_tokens":2}}`
}

// streamed makes a stream that stops for a reason out of the events of its blocks.
func streamed(stop string, blocks ...string) string {
	all := append([]string{messageStart, `{"type":"ping"}`}, blocks...)
	return events(append(all, messageDelta(stop), messageStop)...)
}
