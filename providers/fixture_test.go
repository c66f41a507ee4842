package providers_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// fixture is what makes a host a host: what it is asked, how it answers, how it fails.
type fixture struct {
	// Sources are pages that say so. Known says what of it is from general knowledge instead.
	Sources []string
	Known   string

	// Body is what the tour becomes, Streamed the fields that a stream adds to it, Warned the fields warned of.
	Body     json.RawMessage
	Streamed json.RawMessage
	Warned   []string
	// None and Budget are the fields by which reasoning is turned off, and given 512 tokens.
	None, Budget json.RawMessage

	// Headers, Whole and Stream are an answer in both forms, Want what it comes to.
	Headers map[string]string
	Whole   json.RawMessage
	Stream  []json.RawMessage
	Want    outcome

	Failure struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
		Class   request.Class
		Reason  request.Reason
		Says    string
		Wait    string
	}
}

// outcome is what an answer comes to.
type outcome struct {
	Content, Reasoning                string
	Finish                            request.FinishReason
	Input, CacheRead, Output, Thought int
	Cost                              string
	Units                             map[string]int
	Limits                            map[string]string
	Warned                            []string
}

func loadFixture(t *testing.T, host string) (f fixture) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "hosts", host+".json"))
	if err != nil {
		t.Fatalf("every host needs a fixture: %v", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	if len(f.Sources) == 0 && f.Known == "" {
		t.Error("the fixture does not say where its facts are from")
	}
	return f
}

// tour asks for everything that hosts take in different ways: a tool loop in which the model thought.
func tour() request.Request {
	return request.Request{
		MaxTokens: 64, Temperature: new(0.5), TopK: new(20), Seed: new(int64(7)), Stop: []string{"END"},
		PromptCacheKey: "key", ReasoningEffort: request.EffortHigh,
		Tools:          []request.Tool{{Name: "look", Parameters: json.RawMessage(`{"type":"object"}`)}},
		ToolChoice:     request.ToolChoice{Mode: request.ToolRequired},
		ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema, Schema: json.RawMessage(`{"type":"object"}`)},
		Messages: []request.Message{
			{Role: request.RoleSystem, Content: "Be brief.", Parts: []request.Part{request.CacheBreakpoint{}}},
			{Role: request.RoleUser, Content: "How warm is it?"},
			{Role: request.RoleAssistant, Parts: []request.Part{request.ReasoningPart{Text: "I must look."}, request.ToolCall{ID: "call00001", Name: "look", Arguments: "{}"}}},
			{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "call00001", Content: "21"}}},
		},
	}
}

// player answers every request with the same answer and keeps what it was sent.
type player struct {
	status  int
	headers map[string]string
	body    string
	sent    []byte
}

func (p *player) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	var err error
	if p.sent, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	h := http.Header{}
	for name, value := range p.headers {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: cmp.Or(p.status, 200), Header: h, Body: io.NopCloser(strings.NewReader(p.body)), ContentLength: -1}, nil
}

func (p *player) open(t *testing.T, host string) request.Client {
	t.Helper()
	client, err := providers.Open(t.Context(), host+"/m", environment(everything()), providers.WithTransport(p))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestEveryHostHasItsFixture(t *testing.T) {
	for _, h := range compatible() {
		t.Run(h.Name, func(t *testing.T) {
			f := loadFixture(t, h.Name)
			f.checkRequest(t, h.Name)
			f.checkReasoning(t, h.Name)
			f.checkAnswer(t, h.Name)
			f.checkFailure(t, h.Name)
		})
	}
	files, err := filepath.Glob(filepath.Join("testdata", "hosts", "*.json"))
	if err != nil || len(files) != len(compatible()) {
		t.Errorf("%d fixtures for %d hosts, %v", len(files), len(compatible()), err)
	}
}

// checkRequest sends the tour, whose body must be the fixture's byte for byte.
func (f *fixture) checkRequest(t *testing.T, host string) {
	t.Helper()
	p := &player{body: string(f.Whole)}
	resp, err := p.open(t, host).Complete(t.Context(), tour())
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(compact(t, f.Body), string(p.sent)); diff != "" {
		t.Errorf("body: %s", diff)
	}
	if got := warned(resp.Warnings[:len(resp.Warnings)-len(f.Want.Warned)]); !slices.Equal(got, f.Warned) {
		t.Errorf("warned of %v, want %v", got, f.Warned)
	}
}

func compact(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func warned(warnings []request.Warning) (fields []string) {
	for _, w := range warnings {
		fields = append(fields, w.Field)
	}
	return fields
}

// checkReasoning turns reasoning off, and gives it a budget.
func (f *fixture) checkReasoning(t *testing.T, host string) {
	t.Helper()
	for _, c := range []struct {
		name   string
		change func(*request.Request)
		want   json.RawMessage
	}{
		{"none", func(r *request.Request) { r.ReasoningEffort = request.EffortNone }, f.None},
		{"budget", func(r *request.Request) { r.ReasoningBudget = 512 }, f.Budget},
	} {
		req := question()
		c.change(&req)
		p := &player{body: string(f.Whole)}
		if _, err := p.open(t, host).Complete(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(parsed(t, c.want), added(t, p.sent)); diff != "" {
			t.Errorf("reasoning, %s: %s", c.name, diff)
		}
	}
}

func parsed(t *testing.T, text []byte) (fields map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// added are the fields of a body beside model and messages.
func added(t *testing.T, body []byte) map[string]any {
	t.Helper()
	fields := parsed(t, body)
	delete(fields, "model")
	delete(fields, "messages")
	return fields
}

// checkAnswer plays the answer in both forms.
func (f *fixture) checkAnswer(t *testing.T, host string) {
	t.Helper()
	p := &player{headers: f.Headers, body: string(f.Whole)}
	whole, err := p.open(t, host).Complete(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	f.checkOutcome(t, "whole", whole)
	var events strings.Builder
	for _, data := range f.Stream {
		events.WriteString("data: " + compact(t, data) + "\n\n")
	}
	p.body = events.String() + "data: [DONE]\n\n"
	streamed, err := request.Collect(p.open(t, host).Stream(t.Context(), question()))
	if err != nil {
		t.Fatal(err)
	}
	f.checkOutcome(t, "streamed", streamed)
	if diff := gocmp.Diff(parsed(t, f.Streamed), added(t, p.sent)); diff != "" {
		t.Errorf("fields of a stream: %s", diff)
	}
}

func (f *fixture) checkOutcome(t *testing.T, form string, r *request.Response) {
	t.Helper()
	got := outcome{
		Content: r.Content, Reasoning: r.Reasoning, Finish: r.FinishReason, Units: r.Usage.Units,
		Input: r.Usage.InputTokens, CacheRead: r.Usage.CacheReadTokens, Output: r.Usage.OutputTokens, Thought: r.Usage.ReasoningTokens,
		Limits: stated(&r.Limits), Warned: warned(r.Warnings),
	}
	if r.Usage.CostReported {
		got.Cost = r.Usage.Cost.String()
	}
	if diff := gocmp.Diff(f.Want, got); diff != "" || !r.Usage.Reported {
		t.Errorf("%s: %s", form, diff)
	}
}

// stated are the limits in words: limit, remaining, reset.
func stated(l *request.Limits) map[string]string {
	texts := map[string]string{}
	for name, one := range map[string]request.Limit{
		"requests": l.Requests, "tokens": l.Tokens, "input tokens": l.InputTokens, "output tokens": l.OutputTokens,
		"daily requests": l.DailyRequests, "daily tokens": l.DailyTokens,
	} {
		if one.Stated {
			text, _ := json.Marshal([]any{one.Limit, one.Remaining, one.Reset.String()})
			texts[name] = string(text)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return texts
}

func (f *fixture) checkFailure(t *testing.T, host string) {
	t.Helper()
	want := &f.Failure
	p := &player{status: want.Status, headers: want.Headers, body: string(want.Body)}
	_, err := p.open(t, host).Complete(t.Context(), question())
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	wait, err := time.ParseDuration(cmp.Or(want.Wait, "0s"))
	if err != nil {
		t.Fatal(err)
	}
	if e.Class != want.Class || e.Reason != want.Reason || e.RetryAfter != wait || want.Says == "" || !strings.Contains(e.Message, want.Says) {
		t.Errorf("got %+v, want %+v", e, want)
	}
}
