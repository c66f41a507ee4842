package langchain_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/canned"
)

// The tests of this file and of defects_anthropic_test.go run langchaingo v0.1.14 alone. They hold what the decision record
// says of it: one that fails after an update is a reason to read docs/adr/0001-native-codecs.md again.

func bareOpenAI(t testing.TB, transport http.RoundTripper) llms.Model {
	t.Helper()
	m, err := openai.New(openai.WithToken("k"), openai.WithModel("m"), openai.WithBaseURL("http://host"), openai.WithHTTPClient(doer{transport}))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bareAnthropic(t testing.TB, transport http.RoundTripper) llms.Model {
	t.Helper()
	m, err := anthropic.New(anthropic.WithToken("k"), anthropic.WithModel("m"), anthropic.WithHTTPClient(doer{transport}))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func heard(context.Context, []byte) error { return nil }

func TestBareOpenAIStreamThatBreaksOffIsASuccess(t *testing.T) {
	const begun = "data: {\"choices\":[{\"delta\":{\"content\":\"Half an\"}}]}\n\n"
	for name, rest := range map[string]string{
		"the end":            "",
		"an error":           "data: {\"error\":{\"message\":\"Overloaded\"}}\n\ndata: [DONE]\n\n",
		"an unreadable line": "data: {\"choices\":[{\"delta\":\n\ndata: [DONE]\n\n",
	} {
		resp, err := bareOpenAI(t, canned.Answer(begun+rest)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(heard))
		if err != nil || resp.Choices[0].Content != "Half an" {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
	}
}

func TestBareOpenAIJoinsInterleavedToolCallsWrongly(t *testing.T) {
	resp, err := bareOpenAI(t, canned.Answer(openaiInterleaved)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(heard))
	if err != nil {
		t.Fatal(err)
	}
	calls := resp.Choices[0].ToolCalls
	if len(calls) != 2 || calls[0].FunctionCall.Arguments != "" || calls[1].FunctionCall.Arguments != `{"x":{"y":1}2}` {
		t.Errorf("got %+v, %+v", calls[0].FunctionCall, calls[1].FunctionCall)
	}
}

func TestBareOpenAIStreamsToolCallsAsText(t *testing.T) {
	var text strings.Builder
	_, err := bareOpenAI(t, canned.Answer(openaiInterleaved)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error {
		text.Write(chunk)
		return nil
	}))
	if err != nil || !strings.HasPrefix(text.String(), `Wait. [{"id":"a"`) {
		t.Errorf("streamed %q, %v", text.String(), err)
	}
}

func TestBareOpenAIErrorHasWordsOnly(t *testing.T) {
	transport := &canned.Transport{Status: 429, Header: http.Header{"Retry-After": {"7"}},
		Body: `{"error":{"message":"You exceeded it","code":"insufficient_quota"}}`}
	_, err := bareOpenAI(t, transport).GenerateContent(t.Context(), hello)
	if want := "API returned unexpected status code: 429: You exceeded it"; err == nil || err.Error() != want || errors.Unwrap(err) != nil {
		t.Errorf("got %v, want %s", err, want)
	}
}

// failing is a transport that fails as the caller's end of a call makes it.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestBareOpenAILosesTheCancellation(t *testing.T) {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		_, err := bareOpenAI(t, failing{cause}).GenerateContent(t.Context(), hello)
		if err == nil || errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	}
}

func TestBareOpenAIParameters(t *testing.T) {
	transport := canned.Answer(openaiPlain)
	_, err := bareOpenAI(t, transport).GenerateContent(t.Context(), hello, llms.WithTopP(0.5), llms.WithSeed(0), llms.WithThinkingMode(llms.ThinkingModeLow))
	if err != nil {
		t.Fatal(err)
	}
	wantBody(t, object(t, string(transport.Sent)), `{"model":"m","temperature":0,"messages":[{"role":"user","content":"Hello?"}]}`)

	transport.Body = openaiPlain
	_, err = bareOpenAI(t, transport).GenerateContent(t.Context(), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."), hello[0]},
		llms.WithModel("gpt-5"), llms.WithTemperature(0.5))
	if err != nil {
		t.Fatal(err)
	}
	wantBody(t, object(t, string(transport.Sent)), `{"model":"gpt-5","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello?"}]}`)
}

// Without the network every count is a guess, and for most models it always is.
func TestBareCountTokensDownloadsOrGuesses(t *testing.T) {
	asked := ""
	kept := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = kept })
	t.Setenv("TIKTOKEN_CACHE_DIR", t.TempDir())
	http.DefaultTransport = recording(func(r *http.Request) { asked = r.URL.Host })
	log.SetOutput(io.Discard) // it logs each guess
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	for model, host := range map[string]string{"gpt-4": "openaipublic.blob.core.windows.net", "gpt-4o": "", "claude-sonnet-4-5": ""} {
		asked = ""
		if n := llms.CountTokens(model, "Hello there, you."); n != len("Hello there, you.")/4 || asked != host {
			t.Errorf("%s: %d tokens after asking %q", model, n, asked)
		}
	}
}

// recording notes requests and fails them.
type recording func(*http.Request)

func (r recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r(req)
	return nil, io.ErrUnexpectedEOF
}
