package openai_test

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const testKey = "sk-test-0123456789"

func clientOver(t testing.TB, transport http.RoundTripper, change func(*openai.Config)) *openai.Client {
	t.Helper()
	cfg := openai.Config{APIKey: testKey, Model: "m", Transport: transport}
	if change != nil {
		change(&cfg)
	}
	c, err := openai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tested is this dialect.
var tested = canned.Dialect{
	Provider: "openai", Model: "m", Key: testKey,
	Open: func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client {
		return clientOver(t, transport, func(c *openai.Config) { c.BaseURL = baseURL })
	},
	RequestID: "X-Request-Id",
	Limited:   http.Header{"X-Ratelimit-Limit-Requests": {"60"}, "X-Ratelimit-Remaining-Requests": {"0"}},
	Whole:     message(`"content":"a"`, `"stop"`), Stream: wholeStream,
}

// complete asks for a canned body, stream for one as a stream.
func complete(t testing.TB, body string) (*request.Response, error) {
	t.Helper()
	return clientOver(t, canned.Answer(body), nil).Complete(t.Context(), canned.Ask())
}

func stream(t testing.TB, body string) (canned.Collected, error) {
	t.Helper()
	return canned.Collect(t, clientOver(t, canned.Answer(body), nil), canned.Ask())
}
