// Package recorded replays recorded exchanges with real providers, for the tests of the dialects. An exchange is a line of
// JSON: name, request {url, body}, response {status, headers, body}; a body may stand as JSON or as text, an event stream as
// the text of all its events.
package recorded

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// Variable names a folder of exchanges in the environment; without it the tests use the few of their testdata.
const Variable = "LLMGATE_RECORDINGS"

// Exchange is one request and its response.
type Exchange struct {
	Name    string
	Request struct {
		URL  string
		Body Body
	}
	Response struct {
		Status  int
		Headers map[string]any
		Body    Body
	}

	// Sent is the body of the last request that the exchange was played to.
	Sent []byte
}

// Body is the text of a body, whether it stands in the file as JSON or as a string.
type Body string

// UnmarshalJSON takes a string's text, or any other value as it is.
func (b *Body) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, (*string)(b)) != nil {
		*b = Body(raw)
	}
	return nil
}

// Load reads the exchanges whose URL keep accepts, from the folder that Variable names or else from testdata/recordings. A
// folder without any of them fails the test.
func Load(t testing.TB, keep func(url string) bool) []*Exchange {
	t.Helper()
	folder := os.Getenv(Variable)
	if folder == "" {
		folder = filepath.Join("testdata", "recordings")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*Exchange
	for _, name := range files {
		all = append(all, load(t, name, keep)...)
	}
	if len(all) == 0 {
		t.Fatalf("no recordings for this test in %s", folder)
	}
	return all
}

func load(t testing.TB, name string, keep func(url string) bool) (all []*Exchange) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for d := json.NewDecoder(bufio.NewReader(file)); d.More(); {
		x := new(Exchange)
		if err := d.Decode(x); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if keep(x.Request.URL) {
			all = append(all, x)
		}
	}
	return all
}

// Streamed reports whether the response is an event stream.
func (x *Exchange) Streamed() bool {
	body := strings.TrimSpace(string(x.Response.Body))
	return !strings.HasPrefix(body, "{") && strings.Contains(body, "data:")
}

// Documents are the JSON of the response: its body, or the data of its events.
func (x *Exchange) Documents() (all []string) {
	if !x.Streamed() {
		return []string{string(x.Response.Body)}
	}
	for line := range strings.Lines(string(x.Response.Body)) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok && strings.TrimSpace(data) != "[DONE]" {
			all = append(all, data)
		}
	}
	return all
}

// RoundTrip plays the response, whatever is asked, and keeps what was sent.
func (x *Exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	var err error
	if x.Sent, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	kind := "application/json"
	if x.Streamed() {
		kind = "text/event-stream"
	}
	return &http.Response{
		StatusCode: x.Response.Status, Header: http.Header{"Content-Type": {kind}},
		ContentLength: int64(len(x.Response.Body)), Body: io.NopCloser(strings.NewReader(string(x.Response.Body))),
	}, nil
}

// Replay has a client, whose provider is "recorded", send what was sent and read what came.
func (x *Exchange) Replay(t testing.TB, c request.Client, parse func(body []byte, provider string) (request.Request, error)) (request.Request, *request.Response) {
	t.Helper()
	req, err := parse([]byte(x.Request.Body), "recorded")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := x.Ask(t.Context(), c, req)
	if err != nil {
		t.Fatal(err)
	}
	return req, resp
}

// Ask sends a request the way the exchange was made, and checks that a stream's deltas add up to its response.
func (x *Exchange) Ask(ctx context.Context, c request.Client, req request.Request) (*request.Response, error) {
	if !x.Streamed() {
		return c.Complete(ctx, req)
	}
	var content, reasoning string
	arguments := map[int]string{}
	var last *request.Response
	for chunk, err := range c.Stream(ctx, req) {
		if err != nil {
			return nil, err
		}
		content, reasoning, last = content+chunk.Content, reasoning+chunk.Reasoning, chunk.Response
		arguments[chunk.ToolCall.Index] += chunk.ToolCall.Arguments
	}
	if last == nil || last.Content != content || last.Reasoning != reasoning {
		return nil, fmt.Errorf("deltas %q and %q do not add up to %+v", content, reasoning, last)
	}
	for i, call := range last.ToolCalls {
		if arguments[i] != call.Arguments {
			return nil, fmt.Errorf("deltas %q of call %d do not add up to %q", arguments[i], i, call.Arguments)
		}
	}
	return last, nil
}
