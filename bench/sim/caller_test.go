package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed63918563/llmgate/bench/sim"
)

// caller is a bare client: what it sees is what net/http sees.
type caller struct {
	t    *testing.T
	sim  *sim.Sim
	http *http.Client
	base string
	key  string
	// header is sent with every request, beside the key.
	header http.Header
}

func newSim(t testing.TB, cfg sim.Config) *sim.Sim {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bothWays runs a test in memory, under a clock that moves only while everybody waits, and over a socket.
func bothWays(t *testing.T, cfg sim.Config, test func(*caller)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { inMemory(t, cfg, test) })
	t.Run("tcp", func(t *testing.T) { overTCP(t, cfg, test) })
}

func inMemory(t *testing.T, cfg sim.Config, test func(*caller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, cfg)
		test(&caller{t: t, sim: s, http: &http.Client{Transport: s.Transport()}, base: "http://sim.invalid/v1"})
	})
}

func overTCP(t *testing.T, cfg sim.Config, test func(*caller)) {
	t.Helper()
	s := newSim(t, cfg)
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	test(&caller{t: t, sim: s, http: &http.Client{Transport: transport}, base: server.URL})
}

// ask is the body of a request with one question; more is further fields, as JSON.
func ask(question string, more ...string) string {
	text, _ := json.Marshal(question)
	return talk(append([]string{`"messages":[{"role":"user","content":` + string(text) + `}]`}, more...)...)
}

// talk is the body of a request with the given fields, and a model.
func talk(fields ...string) string {
	return "{" + strings.Join(append([]string{`"model":"demo"`}, fields...), ",") + "}"
}

// streamed makes a body ask for a stream with usage.
func streamed(body string) string {
	return strings.TrimSuffix(body, "}") + `,"stream":true,"stream_options":{"include_usage":true}}`
}

// even asks for a stream whose length does not vary.
func even(body string) string {
	return strings.TrimSuffix(body, "}") + `,"stream":true,"stream_options":{"include_obfuscation":false}}`
}

// open sends a request and leaves the body to be read. A path that begins with / is below the host.
func (c *caller) open(ctx context.Context, method, path, body string) (*http.Response, error) {
	c.t.Helper()
	address := c.base + "/" + path
	if strings.HasPrefix(path, "/") {
		address = strings.TrimSuffix(c.base, "/v1") + path
	}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	maps.Copy(req.Header, c.header)
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	return c.http.Do(req)
}

// result is all that came of a request; err is of connecting or of reading, and the body as far as it got.
type result struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
	err    error
}

func (c *caller) do(method, path, body string) *result {
	c.t.Helper()
	resp, err := c.open(c.t.Context(), method, path, body)
	if err != nil {
		return &result{t: c.t, err: err}
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return &result{c.t, resp.StatusCode, resp.Header, got, err}
}

func (c *caller) post(body string) *result {
	c.t.Helper()
	return c.do(http.MethodPost, "chat/completions", body)
}

// completion is a response as a client reads it.
type completion struct {
	ID      string
	Object  string
	Created int64
	Model   string
	Choices []struct {
		Index   int
		Message struct {
			Role      string
			Content   *string
			Refusal   *string
			ToolCalls []call `json:"tool_calls"`
		}
		FinishReason string `json:"finish_reason"`
	}
	Usage *usage
}

type call struct {
	Index    *int
	ID       string
	Type     string
	Function struct{ Name, Arguments string }
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
	Details    struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// complete decodes a good answer.
func (r *result) complete() completion {
	r.t.Helper()
	r.good()
	var c completion
	if err := json.Unmarshal(r.body, &c); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	if len(c.Choices) == 0 || c.Usage == nil {
		r.t.Fatalf("no choices or usage in %s", r.body)
	}
	return c
}

func (r *result) good() {
	r.t.Helper()
	if r.err != nil || r.status != http.StatusOK {
		r.t.Fatalf("status %d, error %v, body %.300s", r.status, r.err, r.body)
	}
}

// text is that of the first choice.
func (r *result) text() string {
	r.t.Helper()
	content := r.complete().Choices[0].Message.Content
	if content == nil {
		r.t.Fatalf("no content in %s", r.body)
	}
	return *content
}

// apiError is the vendor's error object. The four fields are always there.
type apiError struct {
	Message, Type string
	Param, Code   *string
}

func (r *result) failure() apiError {
	r.t.Helper()
	if r.err != nil {
		r.t.Fatal(r.err)
	}
	return decodeError(r.t, r.body)
}

func decodeError(t *testing.T, body []byte) apiError {
	t.Helper()
	var got struct {
		Error map[string]json.RawMessage
	}
	var e struct{ Error apiError }
	if json.Unmarshal(body, &got) != nil || json.Unmarshal(body, &e) != nil {
		t.Fatalf("not an error object: %.300s", body)
	}
	for _, field := range []string{"message", "type", "param", "code"} {
		if _, ok := got.Error[field]; !ok || len(got.Error) != 4 {
			t.Fatalf("an error has message, type, param and code; got %s", body)
		}
	}
	return e.Error
}

// or shows a pointer to a text.
func or(s *string, none string) string {
	if s == nil {
		return none
	}
	return *s
}

// event is a chunk of a stream, or its end.
type event struct {
	ID      string
	Object  string
	Created int64
	Model   string
	Choices []struct {
		Index        int
		Delta        json.RawMessage
		FinishReason *string `json:"finish_reason"`
	}
	Usage json.RawMessage
	raw   string
}

// events takes a stream apart. Every event is one line of data and an empty line.
func (r *result) events() []event {
	r.t.Helper()
	r.good()
	list, rest := parseEvents(r.t, r.body)
	if rest != "" {
		r.t.Fatalf("the stream ends in the middle of an event: %q", rest)
	}
	return list
}

func parseEvents(t *testing.T, body []byte) (list []event, rest string) {
	t.Helper()
	blocks := strings.Split(string(body), "\n\n")
	for _, block := range blocks[:len(blocks)-1] {
		raw, ok := strings.CutPrefix(block, "data: ")
		if !ok || strings.Contains(raw, "\n") {
			t.Fatalf("not one line of data: %q", block)
		}
		e := event{raw: raw}
		if raw != "[DONE]" && json.Unmarshal([]byte(raw), &e) != nil {
			e.Object = "malformed"
		}
		list = append(list, e)
	}
	return list, blocks[len(blocks)-1]
}

// delta is what a chunk adds.
type delta struct {
	Role      string
	Content   *string
	Refusal   *string
	ToolCalls []call `json:"tool_calls"`
}

// put together what a stream said, choice by choice.
type assembled struct {
	text, refusal string
	calls         []call
	finish        string
	pieces        int // of text or refusal
}

func assemble(t *testing.T, events []event) map[int]*assembled {
	t.Helper()
	out := map[int]*assembled{}
	for _, e := range events {
		for _, choice := range e.Choices {
			a := out[choice.Index]
			if a == nil {
				a = new(assembled)
				out[choice.Index] = a
			}
			var d delta
			if err := json.Unmarshal(choice.Delta, &d); err != nil {
				t.Fatalf("%v in %s", err, choice.Delta)
			}
			a.add(t, d)
			a.finish += or(choice.FinishReason, "")
		}
	}
	return out
}

func (a *assembled) add(t *testing.T, d delta) {
	t.Helper()
	if or(d.Content, "")+or(d.Refusal, "") != "" {
		a.pieces++
	}
	a.text += or(d.Content, "")
	a.refusal += or(d.Refusal, "")
	for _, c := range d.ToolCalls {
		if c.Index == nil {
			t.Fatalf("a call in a stream has no index: %+v", c)
		}
		if c.ID != "" {
			if *c.Index != len(a.calls) {
				t.Fatalf("call %d begins after %d others", *c.Index, len(a.calls))
			}
			a.calls = append(a.calls, c)
			continue
		}
		a.calls[*c.Index].Function.Arguments += c.Function.Arguments
	}
}

// canonical is a body without what the clock decides.
func canonical(t *testing.T, body []byte) string {
	t.Helper()
	i := bytes.Index(body, []byte(`"created":`))
	if i < 0 {
		t.Fatalf("no time of creation in %s", body)
	}
	n := len(`"created":`) + slices.IndexFunc(body[i+len(`"created":`):], func(b byte) bool { return b < '0' || b > '9' })
	return strings.ReplaceAll(string(body), string(body[i:i+n]), `"created":0`)
}

// quote is a text as JSON.
func quote(s string) string { return fmt.Sprintf("%q", s) }
