package gemini_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

func isGenerate(address string) bool {
	path, _, _ := strings.Cut(address, "?")
	return (strings.Contains(path, "generativelanguage.googleapis.com") || strings.Contains(path, "/publishers/google/")) &&
		(strings.HasSuffix(path, ":generateContent") || strings.HasSuffix(path, ":streamGenerateContent"))
}

// addressOf tells the base URL and the model by the address of an exchange.
func addressOf(t *testing.T, address string) (base, model string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(u.Path, "/models/")
	if !ok {
		t.Fatalf("no model in %s", address)
	}
	model, _, _ = strings.Cut(after, ":")
	return u.Scheme + "://" + u.Host + before, model
}

func TestRecordedExchanges(t *testing.T) {
	for _, x := range recorded.Load(t, isGenerate) {
		t.Run(x.Name, func(t *testing.T) {
			base, model := addressOf(t, x.Request.URL)
			client, err := gemini.New(gemini.Config{BaseURL: base, Model: model, Provider: "recorded", Transport: x})
			if err != nil {
				t.Fatal(err)
			}
			body := []byte(x.Request.Body)
			_, got := x.Replay(t, client, gemini.ParseRequest)
			if diff := cmp.Diff(extract(t, x), summarise(t, got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(meaning(t, body, nil), meaning(t, x.Sent, body)); diff != "" {
				t.Errorf("request: %s", diff)
			}
			checkMessage(t, client, x, got.Message())
		})
	}
}

// checkMessage sends an answer back and holds what arrives to what had come: what the model gets back must be its own words.
func checkMessage(t *testing.T, client *gemini.Client, x *recorded.Exchange, answer request.Message) {
	t.Helper()
	if x.Streamed() {
		return // texts of several events are one
	}
	req := canned.Ask()
	req.Messages = append(req.Messages, answer)
	if _, err := client.Complete(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	candidates, contents := recorded.List(recorded.Parse(t, x.Response.Body), "candidates"), recorded.List(recorded.Parse(t, x.Sent), "contents")
	want, got := candidates[0].(object)["content"].(object), contents[len(contents)-1].(object)
	plainContent(want, true)
	plainContent(got, true)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sent back: %s", diff)
	}
}
