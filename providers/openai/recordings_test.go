package openai_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// recordingsVariable names a folder of recorded exchanges with real providers; without it the few of testdata are used.
const recordingsVariable = "LLMGATE_RECORDINGS"

type recording struct {
	Name    string
	Request struct {
		URL  string
		Body json.RawMessage
	}
	Response struct {
		Status int
		Body   json.RawMessage
	}
}

// text is a body that may stand in the file as JSON or as a string.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func recordings(t *testing.T) []recording {
	t.Helper()
	folder := os.Getenv(recordingsVariable)
	if folder == "" {
		folder = "testdata/recordings"
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}
	var all []recording
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := json.NewDecoder(bufio.NewReader(file)); d.More(); {
			var r recording
			if err := d.Decode(&r); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if strings.HasSuffix(r.Request.URL, "/chat/completions") {
				all = append(all, r)
			}
		}
		file.Close()
	}
	return all
}

// replay plays a recorded response and keeps what was sent.
type replay struct {
	recording *recording
	sent      []byte
}

func (p *replay) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	var err error
	if p.sent, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	body := text(p.recording.Response.Body)
	kind := "application/json"
	if strings.Contains(body, "data:") && !strings.HasPrefix(strings.TrimSpace(body), "{") {
		kind = "text/event-stream"
	}
	return &http.Response{
		StatusCode: p.recording.Response.Status, Header: http.Header{"Content-Type": {kind}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// quirksOf finds the host by the address of the exchange.
func quirksOf(address string) openai.Quirks {
	u, err := url.Parse(address)
	if err != nil {
		return openai.Quirks{}
	}
	for _, h := range providers.Hosts() {
		if host, err := url.Parse(h.BaseURL); err == nil && host.Host != "" && host.Hostname() == u.Hostname() && host.Port() == u.Port() {
			return h.Quirks
		}
	}
	return openai.Quirks{MaxTokensField: "max_tokens", ReasoningBack: "reasoning_content"}
}

func TestRecordedExchanges(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.Name, func(t *testing.T) {
			player := &replay{recording: &r}
			client, err := openai.New(openai.Config{
				BaseURL: "http://recorded/v1", Provider: "recorded", Transport: player, Quirks: quirksOf(r.Request.URL),
			})
			if err != nil {
				t.Fatal(err)
			}
			body := []byte(text(r.Request.Body))
			req, err := openai.ParseRequest(body, "recorded")
			if err != nil {
				t.Fatal(err)
			}
			streamed := meaning(t, body)["stream"] == true
			got, err := exchange(t.Context(), client, req, streamed)
			if err != nil {
				t.Fatal(err)
			}
			want := extract(t, text(r.Response.Body), streamed)
			if diff := cmp.Diff(want, summarise(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(meaning(t, body), meaning(t, player.sent)); diff != "" {
				t.Errorf("request: %s", diff)
			}
		})
	}
}

// exchange asks, and checks that a stream's deltas add up to its response.
func exchange(ctx context.Context, c *openai.Client, req request.Request, streamed bool) (*request.Response, error) {
	if !streamed {
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
