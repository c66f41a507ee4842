package openai_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestParseResponsesRequestForms(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	kept := func(fields map[string]any) map[string]map[string]any { return map[string]map[string]any{"p": fields} }
	user := func(content string) request.Message { return request.Message{Role: request.RoleUser, Content: content} }
	for _, c := range []struct {
		name, body string
		want       request.Request
	}{
		{"plain", `{"model":"m","input":"Hi","instructions":"Be brief."}`, request.Request{Model: "m", Messages: []request.Message{{Role: request.RoleSystem, Content: "Be brief."}, user("Hi")}}},
		{"what a client always sends", `{"input":[],"store":false,"include":["reasoning.encrypted_content"],"stream":true,"stream_options":{},"background":false}`, request.Request{}},
		{"nulls are unset", `{"model":null,"input":null,"instructions":null,"tools":null,"tool_choice":null,"text":null,"reasoning":null,"include":null,"temperature":null,"store":null,"max_output_tokens":null}`, request.Request{}},
		{"state", `{"store":true,"include":["x"],"previous_response_id":"r","truncation":"auto"}`,
			request.Request{Extra: kept(map[string]any{"store": raw(`true`), "include": raw(`["x"]`), "previous_response_id": raw(`"r"`), "truncation": raw(`"auto"`)})}},
		{"parameters", `{"max_output_tokens":5.0,"temperature":0,"top_p":1,"service_tier":"flex","user":"u","prompt_cache_key":"k","parallel_tool_calls":false}`,
			request.Request{MaxTokens: 5, Temperature: new(0.0), TopP: new(1.0), ServiceTier: "flex", User: "u", PromptCacheKey: "k", ParallelToolCalls: new(false)}},
		{"text and reasoning in part", `{"text":{"format":{"type":"json_object"},"verbosity":"low"},"reasoning":{"effort":"high","summary":"auto"}}`,
			request.Request{ResponseFormat: request.ResponseFormat{Type: request.FormatJSON}, ReasoningEffort: request.EffortHigh,
				Extra: kept(map[string]any{"text": raw(`{"verbosity":"low"}`), "reasoning": raw(`{"summary":"auto"}`)})}},
		{"functions", `{"tools":[{"name":"f","parameters":{},"type":"function"}],"tool_choice":{"name":"f","type":"function"}}`,
			request.Request{Tools: []request.Tool{{Name: "f", Parameters: raw(`{}`)}}, ToolChoice: request.ToolChoice{Mode: request.ToolNamed, Name: "f"}}},
		{"hosted tools", `{"tool_choice":"required","tools":[{"type":"web_search"},{"type":"function","name":"f"}]}`,
			request.Request{Tools: []request.Tool{{Name: "f"}}, Extra: kept(map[string]any{"tools": raw(`[{"type":"web_search"},{"type":"function","name":"f"}]`), "tool_choice": raw(`"required"`)})}},
		{"choice among tools", `{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"auto"}}`,
			request.Request{Tools: []request.Tool{{Name: "f"}}, Extra: kept(map[string]any{"tool_choice": raw(`{"type":"allowed_tools","mode":"auto"}`)})}},
		{"parts", `{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,aGk=","detail":"auto"},
			{"type":"input_file","file_id":"f"},{"type":"input_file","filename":"n","file_data":"data:application/pdf;base64,aGk="},{"type":"input_file","file_url":"https://x"}]}]}`,
			request.Request{Messages: []request.Message{{Role: request.RoleUser, Parts: []request.Part{request.TextPart{Text: "a"}, request.ImagePart{Data: []byte("hi"), MediaType: "image/png", Detail: "auto"},
				request.FilePart{ID: "f"}, request.FilePart{Name: "n", Data: []byte("hi"), MediaType: "application/pdf"}, request.FilePart{URL: "https://x"}}}}}},
		{"an answer sent back", `{"input":[{"role":"developer","content":"d"},
			{"id":"rs","type":"reasoning","summary":[{"type":"summary_text","text":"S"}],"content":[{"type":"reasoning_text","text":"T"}],"encrypted_content":"e","status":null},
			{"id":"m","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"no"}]},
			{"id":"fc","type":"function_call","call_id":"1","name":"f","arguments":"{}","status":"completed"},{"type":"function_call","call_id":"2","name":"g","arguments":{"x":1}},
			{"type":"function_call_output","call_id":"1","output":"r"},{"type":"function_call_output","call_id":"2","output":[{"type":"input_text","text":"s"}]},
			{"role":"assistant","content":"b"},{"role":"assistant","content":"c"}]}`,
			request.Request{Messages: []request.Message{{Role: request.RoleSystem, Content: "d"},
				assistant(thought("S", "rs"), request.ReasoningPart{Text: "T", ID: "rs", Format: "openai-responses-v1"}, sealed("e", "rs"), request.TextPart{Text: "a"}, request.TextPart{Text: "no"},
					request.ToolCall{ID: "1", Name: "f", Arguments: "{}"}, request.ToolCall{ID: "2", Name: "g", Arguments: `{"x":1}`}),
				{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Content: "r"}, request.ToolResult{CallID: "2", Parts: []request.Part{request.TextPart{Text: "s"}}}}},
				{Role: request.RoleAssistant, Content: "b"}, {Role: request.RoleAssistant, Content: "c"}}}},
	} {
		got, err := openai.ParseResponsesRequest([]byte(c.body), "p")
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
	}
}

func TestParseResponsesRequestReportsEveryFault(t *testing.T) {
	body := `{"model":7,"input":[{"role":3,"content":5},"x",{"role":"user","content":[{"type":"input_audio","input_audio":{}},{"type":"input_image","file_id":"f"},{"type":"input_text","text":"a","x":1}]},
		{"type":"item_reference","id":"m"},{"type":"reasoning","id":"rs","summary":[]},{"type":"function_call","call_id":1,"x":2},{"type":"function_call_output","output":{}},{"role":"assistant","content":"a","phase":"commentary"}],
		"tools":[{"type":"function","function":{"name":"f"}},5],"tool_choice":{"type":"function","x":1},"background":true,"text":{"format":{"type":"json_schema","x":1}},"reasoning":5,"max_output_tokens":1.5,"include":[1],"input":[]}`
	_, err := openai.ParseResponsesRequest([]byte(body), "p")
	faults, _ := errors.AsType[request.Faults](err)
	var got []string
	for _, f := range faults {
		got = append(got, f.Field+": "+f.Problem)
	}
	want := []string{
		`model: expected a string`, `input[0].role: expected a string`, `input[0].content: expected a string or an array of parts`, `input[1]: expected an object`,
		`input[2].content[0].input_audio: is not supported; remove it`, `input[2].content[0].type: "input_audio" is unknown; use input_text, input_image or input_file`,
		`input[2].content[1].image_url: no address; give one, or the data as a data URL`, `input[2].content[2].x: is not supported; remove it`,
		`input[3].type: "item_reference" is not supported; use messages, reasoning, function calls and their outputs`,
		`input[4].encrypted_content: is missing: without it the provider would have to remember the item, but nothing is stored`,
		`input[5].call_id: expected a string`, `input[5].x: is not supported; remove it`, `input[6].output: expected a string or an array of parts`,
		`input[7].phase: is not supported; remove it`, `tools[0].function: is not supported; remove it`, `tools[1]: expected an object`, `tool_choice.x: is not supported; remove it`,
		`background: an answer is waited for; leave it out`, `text.format.x: is not supported; remove it`, `reasoning: expected an object`,
		`max_output_tokens: expected a whole number, not 1.5`, `include[0]: expected a string`, `input: given twice; remove one`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// drawConversation makes a request in the form in which ParseResponsesRequest returns it.
func drawConversation(t *rapid.T) request.Request {
	text := rapid.StringN(1, 12, -1).Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	r := request.Request{Model: text.Draw(t, "model"), MaxTokens: rapid.IntRange(0, 1000).Draw(t, "max"), User: text.Draw(t, "user")}
	if maybe("sampling") {
		r.Temperature, r.TopP = new(rapid.Float64Range(0, 2).Draw(t, "temperature")), new(rapid.Float64Range(0, 1).Draw(t, "top_p"))
	}
	if maybe("tools") {
		r.Tools = []request.Tool{{Name: "f", Description: text.Draw(t, "description"), Parameters: []byte(`{"type":"object"}`), Strict: new(maybe("strict"))}}
		r.ToolChoice = rapid.SampledFrom([]request.ToolChoice{{}, {Mode: request.ToolAuto}, {Mode: request.ToolNamed, Name: "f"}}).Draw(t, "choice")
		r.ParallelToolCalls = new(maybe("parallel"))
	}
	if maybe("schema") {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Name: "n", Description: text.Draw(t, "about"), Schema: []byte(`{"type":"object"}`), Strict: maybe("held")}
		r.ReasoningEffort = request.EffortLow
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "turns") {
		r.Messages = append(r.Messages, drawExchange(t, text, i)...)
	}
	return r
}

func drawExchange(t *rapid.T, text *rapid.Generator[string], i int) []request.Message {
	user := request.Message{Role: request.RoleUser, Content: text.Draw(t, "content")}
	data := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "data")
	id, call := text.Draw(t, "item"), fmt.Sprint("call", i)
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return []request.Message{{Role: request.RoleSystem, Content: text.Draw(t, "system")}, user}
	case 1:
		return []request.Message{{Role: request.RoleUser, Parts: []request.Part{
			request.TextPart{Text: user.Content}, request.ImagePart{Data: data, MediaType: "image/png", Detail: "high"}, request.FilePart{Data: data, MediaType: "application/pdf", Name: id}}}}
	case 2:
		return []request.Message{user,
			assistant(thought(text.Draw(t, "summary"), id), sealed(text.Draw(t, "sealed"), id), request.ToolCall{ID: call, Name: "f", Arguments: text.Draw(t, "arguments")}, sealed("x", ""), request.TextPart{Text: "a"}),
			{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: call, Content: text.Draw(t, "result")}}}}
	}
	return []request.Message{user, {Role: request.RoleAssistant, Content: text.Draw(t, "answer")}}
}

// What a client sends, ParseResponsesRequest must read back.
func TestResponsesRequestRoundTrips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := drawConversation(rt)
		transport := canned.Answer(shortResponse)
		canned.CheckRoundTrip(rt, clientOver(t, transport, speakResponses), transport, want, "openai", openai.ParseResponsesRequest)
	})
}

func FuzzParseResponsesRequest(f *testing.F) {
	f.Add([]byte(`{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning","summary":[{"text":"x"}],"encrypted_content":"e"}],"tools":[{"type":"web_search"}],"tool_choice":"auto"}`))
	f.Add([]byte(`{"input":"x","instructions":"y","text":{"format":{},"verbosity":1},"include":[""]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = canned.CheckParsed(t, body, openai.ParseResponsesRequest)
	})
}
