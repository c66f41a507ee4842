package openai_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func speakResponses(c *openai.Config) { c.API = openai.Responses }

const shortResponse = `{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}]}`

// encodedResponses sends a request and returns the body and the warnings on the response.
func encodedResponses(t *testing.T, req request.Request) (string, []request.Warning) {
	t.Helper()
	transport := canned.Answer(shortResponse)
	return canned.Encoded(t, clientOver(t, transport, speakResponses), transport, req)
}

func assistant(parts ...request.Part) request.Message {
	return request.Message{Role: request.RoleAssistant, Parts: parts}
}

func thought(text, id string) request.ReasoningPart {
	return request.ReasoningPart{Text: text, Summary: true, ID: id, Format: "openai-responses-v1"}
}

func sealed(encrypted, id string) request.ReasoningPart {
	return request.ReasoningPart{Encrypted: encrypted, ID: id, Format: "openai-responses-v1"}
}

func TestResponsesInput(t *testing.T) {
	call := request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}
	called := assistant(call)
	result := func(r request.ToolResult) request.Request {
		r.CallID = "1"
		return withMessages(user2()[0], called, request.Message{Role: request.RoleTool, Parts: []request.Part{r}})
	}
	const before = `{"role":"user","content":"go"},{"type":"function_call","call_id":"1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call_output","call_id":"1","output":`
	for _, c := range []struct {
		name string
		req  request.Request
		want string // the items
	}{
		{"plain", canned.Ask(), `{"role":"user","content":"Hello?"}`},
		{"system", withMessages(request.Message{Role: request.RoleSystem, Content: "a\"b\n"}, user2()[0]), `{"role":"system","content":"a\"b\n"},{"role":"user","content":"go"}`},
		{"parts", withMessages(request.Message{Role: request.RoleUser, Content: "c", Parts: []request.Part{
			request.TextPart{Text: "t"}, request.ImagePart{URL: "https://x/y", Detail: "low"}, request.ImagePart{Data: []byte("hi"), MediaType: "image/png"},
			request.FilePart{ID: "file-1"}, request.FilePart{URL: "https://x/z.pdf"}, request.FilePart{Data: []byte("hi"), MediaType: "application/pdf", Name: "n"}}}),
			`{"role":"user","content":[{"type":"input_text","text":"c"},{"type":"input_text","text":"t"},{"type":"input_image","image_url":"https://x/y","detail":"low"},` +
				`{"type":"input_image","image_url":"data:image/png;base64,aGk="},{"type":"input_file","file_id":"file-1"},{"type":"input_file","file_url":"https://x/z.pdf"},` +
				`{"type":"input_file","filename":"n","file_data":"data:application/pdf;base64,aGk="}]}`},
		{"answer", withMessages(request.Message{Role: request.RoleAssistant, Content: "a"}, user2()[0]), `{"role":"assistant","content":"a"},{"role":"user","content":"go"}`},
		{"answer in parts", withMessages(assistant(request.TextPart{Text: "a"}, request.TextPart{Text: "b"}), user2()[0]),
			`{"role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"}]},{"role":"user","content":"go"}`},
		{"items in their order", withMessages(user2()[0], assistant(thought("S1", "r1"), thought("S2", "r1"), sealed("e1", "r1"), call, sealed("e2", "r2"), request.TextPart{Text: "a"})),
			`{"role":"user","content":"go"},{"type":"reasoning","id":"r1","summary":[{"type":"summary_text","text":"S1"},{"type":"summary_text","text":"S2"}],"encrypted_content":"e1"},` +
				`{"type":"function_call","call_id":"1","name":"f","arguments":"{\"x\":1}"},{"type":"reasoning","id":"r2","summary":[],"encrypted_content":"e2"},` +
				`{"role":"assistant","content":[{"type":"output_text","text":"a"}]}`},
		{"open reasoning", withMessages(assistant(request.ReasoningPart{Text: "hm", ID: "r", Format: "openai-responses-v1"}, call), user2()[0]),
			`{"type":"reasoning","id":"r","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},{"type":"function_call","call_id":"1","name":"f","arguments":"{\"x\":1}"},{"role":"user","content":"go"}`},
		{"items without ids", withMessages(assistant(sealed("e1", ""), sealed("e2", "")), user2()[0]),
			`{"type":"reasoning","summary":[],"encrypted_content":"e1"},{"type":"reasoning","summary":[],"encrypted_content":"e2"},{"role":"user","content":"go"}`},
		{"text and call", withMessages(request.Message{Role: request.RoleAssistant, Content: "a", Parts: []request.Part{request.ToolCall{ID: "2", Name: "g"}}}, user2()[0]),
			`{"role":"assistant","content":"a"},{"type":"function_call","call_id":"2","name":"g","arguments":"{}"},{"role":"user","content":"go"}`},
		{"result", result(request.ToolResult{Content: "ok"}), before + `"ok"}`},
		{"failed result", result(request.ToolResult{Content: "no", IsError: true}), before + `"Error: no"}`},
		{"failed result that says so", result(request.ToolResult{Content: "error 5", IsError: true}), before + `"error 5"}`},
		{"result in parts", result(request.ToolResult{Content: "see", IsError: true, Parts: []request.Part{request.ImagePart{URL: "https://x"}, request.FilePart{ID: "f"}}}),
			before + `[{"type":"input_text","text":"Error: see"},{"type":"input_image","image_url":"https://x"},{"type":"input_file","file_id":"f"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings := encodedResponses(t, c.req)
			if want := `{"model":"m","input":[` + c.want + `],"store":false}`; got != want || len(warnings) > 0 {
				t.Errorf("got  %s\nwant %s\nwarnings %v", got, want, warnings)
			}
		})
	}
}

func extra(fields map[string]any) map[string]map[string]any {
	return map[string]map[string]any{"openai": fields}
}

func TestResponsesParameters(t *testing.T) {
	schema := request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{"type":"object"}`), Description: "d", Strict: true}
	const schemaJSON = `"format":{"type":"json_schema","name":"response","description":"d","schema":{"type":"object"},"strict":true}`
	for _, c := range []struct {
		name   string
		change func(*request.Request)
		want   map[string]string
		warns  []string
	}{
		{"unset is not zero", func(*request.Request) {}, nil, nil},
		{"zero is sent", func(r *request.Request) { r.Temperature, r.TopP = new(0.0), new(0.0) }, map[string]string{"temperature": "0", "top_p": "0"}, nil},
		{"limit", func(r *request.Request) { r.MaxTokens = 9 }, map[string]string{"max_output_tokens": "9"}, nil},
		{"what the API lacks", func(r *request.Request) {
			r.TopK, r.Seed, r.Stop, r.FrequencyPenalty, r.PresencePenalty = new(0), new(int64(0)), []string{"x"}, new(0.0), new(0.0)
		}, nil, []string{"top_k", "seed", "frequency_penalty", "presence_penalty", "stop"}},
		{"name", func(r *request.Request) { r.Messages[0].Name = "Ann" }, nil, []string{"name"}},
		{"identity", func(r *request.Request) { r.User, r.ServiceTier, r.PromptCacheKey = "u", "flex", "k" },
			map[string]string{"safety_identifier": `"u"`, "service_tier": `"flex"`, "prompt_cache_key": `"k"`}, nil},
		{"tools", func(r *request.Request) {
			r.Tools, r.ToolChoice.Mode, r.ParallelToolCalls = []request.Tool{strictTool, {Name: "g"}}, request.ToolRequired, new(false)
		}, map[string]string{
			"tools":       `[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"function","name":"g","parameters":{"type":"object","properties":{}}}]`,
			"tool_choice": `"required"`, "parallel_tool_calls": "false"}, nil},
		{"named", func(r *request.Request) {
			r.Tools, r.ToolChoice = []request.Tool{{Name: "g", Cache: &request.CacheBreakpoint{}}}, request.ToolChoice{Mode: request.ToolNamed, Name: "g"}
		}, map[string]string{"tools": `[{"type":"function","name":"g","parameters":{"type":"object","properties":{}}}]`, "tool_choice": `{"type":"function","name":"g"}`}, []string{"cache_breakpoint"}},
		{"hosted tools", func(r *request.Request) {
			r.ToolChoice.Mode = request.ToolNone
			r.Extra = extra(map[string]any{"tools": []any{map[string]string{"type": "web_search"}}})
		}, map[string]string{"tools": `[{"type":"web_search"}]`, "tool_choice": `"none"`}, nil},
		{"cache marks", func(r *request.Request) {
			r.Messages[0].Parts = []request.Part{request.TextPart{Text: "b"}, request.CacheBreakpoint{}}
		}, nil, []string{"cache_breakpoint"}},
		{"text", func(r *request.Request) { r.ResponseFormat.Type = request.FormatText }, map[string]string{"text": `{"format":{"type":"text"}}`}, nil},
		{"JSON", func(r *request.Request) { r.ResponseFormat.Type = request.FormatJSON }, map[string]string{"text": `{"format":{"type":"json_object"}}`}, nil},
		{"schema", func(r *request.Request) { r.ResponseFormat = schema }, map[string]string{"text": `{` + schemaJSON + `}`}, nil},
		{"schema and verbosity", func(r *request.Request) {
			r.ResponseFormat, r.Extra = schema, extra(map[string]any{"text": map[string]any{"verbosity": "low"}})
		}, map[string]string{"text": `{` + schemaJSON + `,"verbosity":"low"}`}, nil},
		{"own format", func(r *request.Request) {
			r.ResponseFormat, r.Extra = schema, extra(map[string]any{"text": json.RawMessage(`{"format":{"type":"text"},"n":12345678901234567890}`)})
		}, map[string]string{"text": `{"format":{"type":"text"},"n":12345678901234567890}`}, nil},
		{"no object for an object", func(r *request.Request) { r.ResponseFormat, r.Extra = schema, extra(map[string]any{"text": nil}) }, map[string]string{"text": `null`}, nil},
		{"effort", func(r *request.Request) { r.ReasoningEffort = request.EffortHigh },
			map[string]string{"reasoning": `{"effort":"high"}`, "include": `["reasoning.encrypted_content"]`}, nil},
		{"effort and summary", func(r *request.Request) {
			r.ReasoningEffort, r.Extra = request.EffortHigh, extra(map[string]any{"reasoning": map[string]any{"summary": "auto", "text": 1}, "text": map[string]any{"verbosity": "low"}})
		}, map[string]string{"reasoning": `{"effort":"high","summary":"auto","text":1}`, "include": `["reasoning.encrypted_content"]`, "text": `{"verbosity":"low"}`}, nil},
		{"thinking model", func(r *request.Request) { r.Model = "o4-mini" }, map[string]string{"include": `["reasoning.encrypted_content"]`}, nil},
		{"thinking model of xAI", func(r *request.Request) { r.Model = "grok-4.3" }, map[string]string{"include": `["reasoning.encrypted_content"]`}, nil},
		{"model of xAI that doesn't think", func(r *request.Request) { r.Model = "grok-4.20-non-reasoning" }, nil, nil},
		{"model that only chats", func(r *request.Request) { r.Model = "gpt-5-chat-latest" }, nil, nil},
		{"budget", func(r *request.Request) { r.ReasoningBudget = 9 }, nil, []string{"reasoning_budget"}},
		{"state", func(r *request.Request) {
			r.Extra = extra(map[string]any{"store": true, "previous_response_id": "resp_0", "include": []string{"message.output_text.logprobs"}})
		}, map[string]string{"store": "true", "previous_response_id": `"resp_0"`, "include": `["message.output_text.logprobs"]`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := canned.Ask()
			c.change(&req)
			body, warnings := encodedResponses(t, req)
			want := map[string]string{"store": "false"}
			maps.Copy(want, c.want)
			got := fields(t, body)
			delete(got, "input")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			warned := canned.Warned(warnings)
			if !slices.Equal(warned, c.warns) {
				t.Errorf("warnings %v, want some on %v", warnings, c.warns)
			}
		})
	}
}

func TestResponsesHeedCapabilities(t *testing.T) {
	for _, c := range []struct {
		known request.Capabilities
		want  []string
		role  string
		warns int
	}{
		{request.Capabilities{}, []string{"store", "temperature", "top_p"}, "system", 0},
		{request.Capabilities{Known: true, Sampling: true}, []string{"store", "temperature", "top_p"}, "system", 0},
		{request.Capabilities{Known: true, Reasoning: true}, []string{"include", "store"}, "developer", 2},
	} {
		transport := canned.Answer(shortResponse)
		client := clientOver(t, transport, func(cfg *openai.Config) {
			cfg.API, cfg.Capabilities = openai.Responses, func(string) request.Capabilities { return c.known }
		})
		req := withMessages(request.Message{Role: request.RoleSystem, Content: "s"}, user2()[0])
		req.Temperature, req.TopP = new(0.5), new(0.5)
		resp, err := client.Complete(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		got := fields(t, string(transport.Sent))
		input := got["input"]
		delete(got, "input")
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, c.want) || !strings.Contains(input, `"role":"`+c.role) || len(resp.Warnings) != c.warns {
			t.Errorf("%+v: sent %s, warned %v", c.known, transport.Sent, resp.Warnings)
		}
	}
}

func TestResponsesRefuseWhatCantBeSaid(t *testing.T) {
	called := assistant(request.ToolCall{ID: "1", Name: "f"})
	for says, req := range map[string]request.Request{
		"messages[0].parts[0]: request.AudioPart has": say(request.AudioPart{Data: []byte("hm"), MediaType: "audio/wav"}),
		"messages[0].parts[1]: request.ImagePart has": withMessages(assistant(request.TextPart{Text: "a"}, request.ImagePart{URL: "u"})),
		"the data looks like text":                    say(request.ImagePart{Data: []byte("hello")}),
		"messages[2].parts[0]: the data looks like": withMessages(user2()[0], called, request.Message{Role: request.RoleTool, Parts: []request.Part{
			request.ToolResult{CallID: "1", Parts: []request.Part{request.TextPart{Text: "a"}, request.ImagePart{Data: []byte("hello")}}}}}),
		"an answer is waited for":     {Messages: user2(), Extra: extra(map[string]any{"background": true})},
		"calling Complete or Stream":  {Messages: user2(), Extra: extra(map[string]any{"stream": true})},
		"extra.openai.x: can't be wr": {Messages: user2(), Extra: extra(map[string]any{"x": func() {}})},
		"extra.openai.text: can't be": {Messages: user2(), Extra: extra(map[string]any{"text": func() {}})},
	} {
		transport := canned.Answer("")
		_, err := clientOver(t, transport, speakResponses).Complete(t.Context(), req)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) || transport.Got != nil {
			t.Errorf("%s: got %v", says, err)
		}
	}
}

func TestForeignReasoningIsNotDroppedInSilence(t *testing.T) {
	for name, parts := range map[string][]request.Part{
		"another provider's":    {request.ReasoningPart{Text: "hm", Signature: "s"}},
		"another's encrypted":   {request.ReasoningPart{Encrypted: "x", ID: "r", Format: "anthropic-claude-v1"}},
		"without its encrypted": {thought("S", "r")},
		"signature of a call":   {request.ToolCall{ID: "1", Name: "f", Signature: "s"}},
	} {
		body, warnings := encodedResponses(t, withMessages(assistant(append(parts, request.TextPart{Text: "a"})...), user2()[0]))
		if strings.Contains(body, `"reasoning"`) || len(warnings) != 1 || warnings[0].Field != "reasoning" {
			t.Errorf("%s: sent %s, warned %v", name, body, warnings)
		}
	}
}
