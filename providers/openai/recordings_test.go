package openai_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/providers/openai"
)

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
	for _, x := range recorded.Load(t, func(url string) bool { return strings.HasSuffix(url, "/chat/completions") }) {
		t.Run(x.Name, func(t *testing.T) {
			client, err := openai.New(openai.Config{
				BaseURL: "http://recorded/v1", Provider: "recorded", Transport: x, Quirks: quirksOf(x.Request.URL),
			})
			if err != nil {
				t.Fatal(err)
			}
			_, got := x.Replay(t, client, openai.ParseRequest)
			if diff := cmp.Diff(extract(t, x), summarise(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(meaning(t, []byte(x.Request.Body)), meaning(t, x.Sent)); diff != "" {
				t.Errorf("request: %s", diff)
			}
		})
	}
}
