package langchain_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"

	"github.com/seed63918563/llmgate/internal/canned"
)

func bareOllama(t testing.TB, transport http.RoundTripper) llms.Model {
	t.Helper()
	m, err := ollama.New(ollama.WithModel("m"), ollama.WithServerURL("http://host"), ollama.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBareOllamaLosesTheEnd(t *testing.T) {
	resp, err := bareOllama(t, ndjson(ollamaLines)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(heard))
	if err != nil || resp.Choices[0].StopReason != "" || resp.Choices[0].ReasoningContent != "" {
		t.Errorf("a whole stream: %+v, %v", resp, err)
	}
	cut := ollamaLines[:strings.Index(ollamaLines, `{"model":"m-1","message":{"role":"assistant","content":""},"done":true`)]
	resp, err = bareOllama(t, ndjson(cut)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(heard))
	if err != nil || resp.Choices[0].Content != "" {
		t.Errorf("a stream cut after two words: %+v, %v", resp, err)
	}
}

func TestBareOllamaParameters(t *testing.T) {
	transport := canned.Answer(ollamaPlain)
	tool := llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: "f"}}
	_, err := bareOllama(t, transport).GenerateContent(t.Context(), hello, llms.WithTools([]llms.Tool{tool}), llms.WithThinkingMode(llms.ThinkingModeLow))
	if err != nil {
		t.Fatal(err)
	}
	wantBody(t, object(t, string(transport.Sent)), `{"model":"m","format":"","options":{"temperature":0,"think":true},"messages":[{"role":"user","content":"Hello?"}]}`)
}
