package gemini_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

const testKey = "AIza-test-0123456789"

func clientOver(t testing.TB, transport http.RoundTripper, change func(*gemini.Config)) *gemini.Client {
	t.Helper()
	return canned.Open(t, gemini.New, gemini.Config{APIKey: testKey, Model: "gemini-2.5-flash", Transport: transport}, change)
}

const vertexURL = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/google"

func onVertex(c *gemini.Config) { c.BaseURL, c.APIKey = vertexURL, "" }

// tested is this dialect.
var tested = canned.Dialect{
	Provider: "gemini", Model: "gemini-2.5-flash", Key: testKey,
	Open: func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client {
		return clientOver(t, transport, func(c *gemini.Config) { c.BaseURL = baseURL })
	},
	Counts: true, RequestID: "X-Request-Id",
	Whole: answer(`{"text":"a"}`, "STOP"), Stream: wholeStream,
}

// answer makes a whole answer out of its parts, laid out as the server does, with the content before everything else.
func answer(parts, finish string) string {
	return fmt.Sprintf(`{
  "candidates": [{"content": {"parts": [%s], "role": "model"}, "finishReason": %q, "index": 0}],
  "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7},
  "modelVersion": "m1", "responseId": "r1"
}`, parts, finish)
}

// event makes a piece of a stream; finish may be empty.
func event(parts, finish string) string {
	if finish != "" {
		finish = fmt.Sprintf(`,"finishReason": %q`, finish)
	}
	return fmt.Sprintf(`data: {"candidates": [{"content": {"parts": [%s],"role": "model"}%s,"index": 0}],"modelVersion": "m1","responseId": "r1"}`+"\n\n", parts, finish)
}
