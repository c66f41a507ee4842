package gemini_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

const testKey = "AIza-test-0123456789"

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

func clientOver(t testing.TB, transport http.RoundTripper, change func(*gemini.Config)) *gemini.Client {
	t.Helper()
	cfg := gemini.Config{APIKey: testKey, Model: "gemini-2.5-flash", Transport: transport}
	if change != nil {
		change(&cfg)
	}
	c, err := gemini.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const vertexURL = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/google"

func onVertex(c *gemini.Config) { c.BaseURL, c.APIKey = vertexURL, "" }

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

func collect(t testing.TB, c *gemini.Client, req request.Request) (collected, error) {
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

// answer makes a whole answer out of its parts, laid out as the server does, with the content before everything else.
func answer(parts, finish string) string {
	return fmt.Sprintf(`{
  "candidates": [{"content": {"parts": [%s], "role": "model"}, "finishReason": %q, "index": 0}],
  "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7},
  "modelVersion": "m1", "responseId": "r1"
}`, parts, finish)
}

// event makes a piece of a stream; finish may be empty.
func event(parts, finish string) string {
	if finish != "" {
		finish = fmt.Sprintf(`,"finishReason": %q`, finish)
	}
	return fmt.Sprintf(`data: {"candidates": [{"content": {"parts": [%s],"role": "model"}%s,"index": 0}],"modelVersion": "m1","responseId": "r1"}`+"\n\n", parts, finish)
}
