package langchain_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func TestOllamaBody(t *testing.T) {
	req := full()
	req.Messages = []request.Message{
		{Role: request.RoleSystem, Content: "Be brief."},
		{Role: request.RoleUser, Content: "What is", Parts: []request.Part{
			request.ImagePart{Data: []byte("x"), MediaType: "image/png"}, request.TextPart{Text: " this?"},
		}},
	}
	req.Tools, req.ToolChoice, req.ParallelToolCalls = nil, request.ToolChoice{}, nil
	body, warnings := sent(t, langchain.Ollama, ollamaPlain, req)
	wantBody(t, body, `{
		"model":"m","stream":false,"think":"low","format":{"type":"object"},
		"options":{"num_predict":100,"temperature":0,"top_p":0.5,"top_k":40,"seed":0,"frequency_penalty":0.1,"presence_penalty":0.2,"stop":["END"]},
		"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is this?","images":["eA=="]}]}`)
	if want := []string{"service_tier", "user", "prompt_cache_key"}; !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}

func TestOllamaThinking(t *testing.T) {
	for effort, want := range map[request.Effort]any{
		request.EffortNone: false, request.EffortHigh: "high", request.EffortXHigh: true, "": nil,
	} {
		req := ask()
		req.ReasoningEffort = effort
		body, _ := sent(t, langchain.Ollama, ollamaPlain, req)
		if body["think"] != want {
			t.Errorf("%q: think is %v, want %v", effort, body["think"], want)
		}
	}
}

func TestOllamaRefusesTools(t *testing.T) {
	transport := canned.Answer(ollamaPlain)
	_, err := open(t, langchain.Ollama, transport).Complete(t.Context(), full())
	e := canned.AsError(t, err)
	for _, field := range []string{"tools:", "messages[2].parts[0]:", "messages[3].parts[1]:"} {
		if e.Class != request.ClassInvalid || !strings.Contains(e.Error(), field) || transport.Got != nil {
			t.Errorf("%s is not in %v", field, e)
		}
	}
}

const ollamaLines = `{"model":"m-1","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}
{"model":"m-1","message":{"role":"assistant","content":"Wa"},"done":false}
{"model":"m-1","message":{"role":"assistant","content":"it."},"done":false}
{"model":"m-1","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":3,"eval_count":20}
`

func ndjson(body string) *canned.Transport {
	return &canned.Transport{Body: body, Header: http.Header{"Content-Type": {"application/x-ndjson"}}}
}

func TestOllamaStream(t *testing.T) {
	for name, transport := range map[string]*canned.Transport{
		"at once":      ndjson(ollamaLines),
		"byte by byte": {Reader: iotest.OneByteReader(strings.NewReader(ollamaLines)), Header: http.Header{"Content-Type": {"application/x-ndjson"}}},
	} {
		all, err := canned.Collect(t, open(t, langchain.Ollama, transport), ask())
		if err != nil {
			t.Fatal(name, err)
		}
		want := &request.Response{
			Content: "Wait.", Reasoning: "hm", Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.TextPart{Text: "Wait."}},
			FinishReason: request.FinishLength, RawFinishReason: "length", Provider: "ollama", Model: "m-1",
			Usage: request.Usage{InputTokens: 3, OutputTokens: 20, Reported: true},
		}
		if diff := cmp.Diff(want, all.Last); diff != "" || all.Content != "Wait." || all.Reasoning != "hm" {
			t.Errorf("%s: deltas %q %q, response %s", name, all.Content, all.Reasoning, diff)
		}
	}
}
