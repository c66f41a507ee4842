package anthropic_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/providers/anthropic"
)

// platformOf tells the platform, its base URL and the model in the path by the address of an exchange.
func platformOf(t *testing.T, address string) (p anthropic.Platform, base, model string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	root := u.Scheme + "://" + u.Host
	if before, after, ok := strings.Cut(u.Path, "/publishers/anthropic/models/"); ok {
		model, _, _ = strings.Cut(after, ":")
		return anthropic.Vertex, root + before, model
	}
	if after, ok := strings.CutPrefix(u.Path, "/model/"); ok {
		return anthropic.Bedrock, root, strings.TrimSuffix(after, "/invoke")
	}
	return anthropic.Direct, root, ""
}

func isMessages(address string) bool {
	address, _, _ = strings.Cut(address, "?")
	return strings.HasSuffix(address, "/v1/messages") || strings.Contains(address, "/publishers/anthropic/") ||
		strings.Contains(address, "bedrock-runtime") && strings.HasSuffix(address, "/invoke") && strings.Contains(address, "anthropic")
}

func TestRecordedExchanges(t *testing.T) {
	for _, x := range recorded.Load(t, isMessages) {
		t.Run(x.Name, func(t *testing.T) {
			platform, base, model := platformOf(t, x.Request.URL)
			client, err := anthropic.New(anthropic.Config{
				Platform: platform, BaseURL: base, Model: model, Provider: "recorded", Transport: x,
			})
			if err != nil {
				t.Fatal(err)
			}
			_, got := x.Replay(t, client, anthropic.ParseRequest)
			if diff := cmp.Diff(extract(t, x), summarise(t, got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(meaning(t, []byte(x.Request.Body)), meaning(t, x.Sent)); diff != "" {
				t.Errorf("request: %s", diff)
			}
		})
	}
}
