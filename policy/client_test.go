package policy_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// RoundTrip answers with the failure, whatever is asked.
func (f *failure) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	h := http.Header{}
	for name, value := range f.Header {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: f.Status, Header: h, ContentLength: -1, Body: io.NopCloser(strings.NewReader(string(f.Body)))}, nil
}

// clients are those that speak the provider's dialect, ours and those over langchaingo.
func (f *failure) clients(t *testing.T) map[string]request.Client {
	t.Helper()
	made := map[string]request.Client{}
	add := func(name string, c request.Client, err error) {
		if err != nil {
			t.Fatal(err)
		}
		made[name] = c
	}
	wrapped := langchain.Config{APIKey: "key", Model: "m", Transport: f}
	switch f.Provider {
	case "Anthropic":
		c, err := anthropic.New(anthropic.Config{APIKey: "key", Model: "m", Transport: f})
		add("anthropic", c, err)
		w, err := langchain.Anthropic(wrapped)
		add("langchain anthropic", w, err)
	case "Gemini":
		c, err := gemini.New(gemini.Config{APIKey: "key", Model: "m", Transport: f})
		add("gemini", c, err)
	default:
		c, err := openai.New(openai.Config{APIKey: "key", Model: "m", Transport: f, Quirks: openai.Quirks{DailyRequests: f.Provider == "Groq"}})
		add("openai", c, err)
		if f.Provider != "Groq" { // whose limits count by the day, which langchaingo's client is not told
			w, err := langchain.OpenAI(wrapped)
			add("langchain openai", w, err)
		}
	}
	return made
}

// What a failure comes to does not depend on the client that met it.
func TestClientsFailAsDecided(t *testing.T) {
	met := 0
	for _, f := range loadFailures(t) {
		if f.Status < 400 {
			continue
		}
		for name, client := range f.clients(t) {
			met++
			_, err := client.Complete(t.Context(), request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "?"}}, MaxTokens: 1})
			e := request.AsError(err)
			if e == nil || e.Class != f.Class || e.Reason != f.Reason || e.MaybeBilled != f.Billed {
				t.Errorf("%s: %s %d %s: %+v", name, f.Provider, f.Status, f.Tells, err)
				continue
			}
			want := f.verdict
			want.Wait, _, _ = strings.Cut(want.Wait, ",")
			if diff := cmp.Diff(want, judge(e)); diff != "" {
				t.Errorf("%s: %s %d %s: %s", name, f.Provider, f.Status, f.Tells, diff)
			}
		}
	}
	if met < 100 {
		t.Errorf("only %d failures met a client", met)
	}
}
