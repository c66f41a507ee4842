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
	return canned.Open(t, openai.New, openai.Config{APIKey: testKey, Model: "m", Transport: transport}, change)
}

// tested is the dialect of Chat Completions.
var tested = canned.Dialect{
	Provider: "openai", Model: "m", Key: testKey,
	Open: func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client {
		return clientOver(t, transport, func(c *openai.Config) { c.BaseURL = baseURL })
	},
	RequestID: "X-Request-Id",
	Limited:   http.Header{"X-Ratelimit-Limit-Requests": {"60"}, "X-Ratelimit-Remaining-Requests": {"0"}},
	Whole:     message(`"content":"a"`, `"stop"`), Stream: wholeStream,
}

// testedResponses is that of the Responses API.
var testedResponses = canned.Dialect{
	Provider: "openai", Model: "m", Key: testKey,
	Open: func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client {
		return clientOver(t, transport, func(c *openai.Config) { c.API, c.BaseURL = openai.Responses, baseURL })
	},
	RequestID: "X-Request-Id",
}
