package gemini_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

func TestParseRequestReportsEveryFault(t *testing.T) {
	body := `{"model":7,"systemInstruction":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]},
		"contents":[{"role":"judge","parts":[{"text":5}]},"x",{"parts":{"inlineData":{"data":"?"}}},{"parts":[{}],"mood":"good"},
		{"parts":[{"executableCode":{}},{"functionResponse":{"name":"f","response":"x","scheduling":"SILENT"}},{"functionCall":{"args":[],"later":true}}]},
		{"parts":[{"text":"a","mediaResolution":{"level":"MEDIA_RESOLUTION_LOW","x":1}},{"fileData":{"fileUri":"u","x":1},"thoughtSignature":"s"}]}],
		"tools":[{"functionDeclarations":[{"name":1,"parameters":"x","behavior":"BLOCKING"}]},7],"toolConfig":{"functionCallingConfig":{"mode":"SOME"}},
		"generationConfig":{"maxOutputTokens":1.5,"temperature":"hot","stopSequences":[1],"candidateCount":2,"responseMimeType":5,"responseJsonSchema":[],"thinkingConfig":"deep","topK":1e300,"seed":{}}}`
	_, err := gemini.ParseRequest([]byte(body), "p")
	got := canned.Faults(t, err)
	want := []string{
		`model: expected a string`, `systemInstruction.parts: request.ImagePart can't stand in a system instruction; use text`,
		`contents[0].parts[0].text: expected a string`, `contents[0].role: "judge" is unknown; use user or model`, `contents[1]: expected an object`,
		`contents[2].parts.inlineData.data: not base64`, `contents[3].parts[0]: no content; give text`, `contents[3].mood: is not supported; remove it`,
		`contents[4].parts[1].functionResponse.response: expected an object`, `contents[4].parts[1].functionResponse.scheduling: is not supported; remove it`,
		`contents[4].parts[2].functionCall.args: expected an object`, `contents[4].parts[2].functionCall.later: is not supported; remove it`,
		`contents[4].parts: thoughts and what built-in tools did can stand in a turn of the model only`,
		`contents[4].parts: functionResponse "f" answers no functionCall before it`,
		`contents[5].parts[0].mediaResolution.x: is not supported; remove it`, `contents[5].parts[0].mediaResolution: is supported for images only; remove it`,
		`contents[5].parts[1].fileData.x: is not supported; remove it`, `contents[5].parts[1].thoughtSignature: can't stand here; remove it`,
		`tools[0].functionDeclarations[0].name: expected a string`, `tools[0].functionDeclarations[0].parameters: expected an object`,
		`tools[0].functionDeclarations[0].behavior: is not supported; remove it`, `tools[1]: expected an object`,
		`toolConfig.functionCallingConfig.mode: "SOME" is unknown; use AUTO, ANY, NONE or VALIDATED`,
		`generationConfig.maxOutputTokens: expected a whole number, not 1.5`, `generationConfig.temperature: expected a number`, `generationConfig.stopSequences[0]: expected a string`,
		`generationConfig.candidateCount: 2 answers: a response holds one; send the request several times`, `generationConfig.responseMimeType: expected a string`,
		`generationConfig.responseJsonSchema: expected an object`, `generationConfig.thinkingConfig: expected an object`,
		`generationConfig.topK: expected a whole number, not 1e300`, `generationConfig.seed: expected a number`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRequestRefusesWhatIsNoObject(t *testing.T) {
	for _, body := range []string{``, `[]`, `"x"`, `null`, `{"model":"m"`, `{"model":"m"} x`, `{"contents":[`, `{"":}`, `{"contents":[],"contents":[]}`} {
		if _, err := gemini.ParseRequest([]byte(body), "p"); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestParseRequestForms(t *testing.T) {
	extra := func(name string, value any) map[string]map[string]any {
		return map[string]map[string]any{"p": {name: value}}
	}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	call := func(id string) request.Part { return request.ToolCall{ID: id, Name: "f", Arguments: "{}"} }
	for _, c := range []struct {
		name, body string
		want       request.Request
	}{
		{"snake case", `{"model":"models/m","system_instruction":{"parts":[{"text":"s"}]},"generation_config":{"max_output_tokens":5,"stop_sequences":["x"],"response_mime_type":"text/plain","thinking_config":{"include_thoughts":true,"thinking_budget":9}},
			"tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]}],"tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},
			"contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"aGk="}},{"file_data":{"file_uri":"u","mime_type":"audio/wav"}}]}],"safety_settings":[],"service_tier":"flex"}`,
			request.Request{
				Model: "m", MaxTokens: 5, Stop: []string{"x"}, ResponseFormat: request.ResponseFormat{Type: request.FormatText}, ReasoningBudget: 9, ServiceTier: "flex",
				Tools: []request.Tool{{Name: "f", Parameters: raw(`{"type":"object"}`)}}, ToolChoice: request.ToolChoice{Mode: request.ToolNamed, Name: "f"}, Extra: extra("safetySettings", raw(`[]`)),
				Messages: []request.Message{{Role: request.RoleSystem, Content: "s"}, {Role: request.RoleUser, Parts: []request.Part{request.ImagePart{Data: []byte("hi"), MediaType: "image/png"}, request.AudioPart{URL: "u", MediaType: "audio/wav"}}}},
			}},
		{"one content, one part", `{"contents":{"parts":{"text":"a"}}}`, withMessages(request.Message{Role: request.RoleUser, Content: "a"})},
		{"several system texts", `{"systemInstruction":{"role":"system","parts":[{"text":"a"},{"text":"b"}]},"contents":[]}`,
			withMessages(request.Message{Role: request.RoleSystem, Content: "a"}, request.Message{Role: request.RoleSystem, Content: "b"})},
		{"calls without ids are linked in order", `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"f","args":null}}]},{"role":"function","parts":[{"functionResponse":{"name":"f","response":{"result":"1"}}},{"functionResponse":{"name":"f","response":{"a":1}}},{"text":"so?"}]}]}`,
			withMessages(assistant(call("call_0"), call("call_1")), results(request.ToolResult{CallID: "call_0", Content: "1"}, request.ToolResult{CallID: "call_1", Content: `{"a":1}`}), request.Message{Role: request.RoleUser, Content: "so?"})},
		{"results of failures and objects", `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","id":"1"}}]},{"parts":[{"functionResponse":{"name":"g","id":"1","response":{"error":{"code": 5}}}}]}]}`,
			withMessages(assistant(call("1")), results(request.ToolResult{CallID: "1", Name: "g", Content: `{"code": 5}`, IsError: true}))},
		{"a file with a name", `{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk=","displayName":"n"}}]}]}`, say(request.FilePart{Data: []byte("hi"), MediaType: "image/png", Name: "n"})},
		{"image with a resolution", `{"contents":[{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"u"},"mediaResolution":{"level":"MEDIA_RESOLUTION_HIGH"}}]}]}`,
			say(request.ImagePart{URL: "u", MediaType: "image/png", Detail: "high"})},
		{"opaque parts and signatures", `{"contents":[{"role":"model","parts":[{"executableCode": {"code":"1"},"thoughtSignature":"czE="},{"thoughtSignature":"czI="},{"text":"hm","thought":true}]}]}`,
			withMessages(assistant(request.ReasoningPart{Encrypted: `{"executableCode": {"code":"1"},"thoughtSignature":"czE="}`, Format: gemini.PartFormat}, request.TextPart{Signature: "czI="}, request.ReasoningPart{Text: "hm"}))},
		{"nulls are unset", `{"model":null,"contents":null,"tools":null,"toolConfig":null,"generationConfig":{"temperature":null,"stopSequences":null,"responseMimeType":null,"thinkingConfig":null,"responseSchema":null},"systemInstruction":null}`, request.Request{}},
		{"built-in tools, retrieval, a choice of two", `{"tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"}],"googleSearch":{}},{"code_execution":{"x": 1}}],"toolConfig":{"retrievalConfig":{"a":1},"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f","g"]}}}`,
			request.Request{Tools: []request.Tool{{Name: "f"}, {Name: "g"}}, Extra: map[string]map[string]any{"p": {
				"tools":      []any{raw(`{"googleSearch":{}}`), raw(`{"codeExecution":{"x": 1}}`)},
				"toolConfig": map[string]any{"retrievalConfig": raw(`{"a":1}`), "functionCallingConfig": raw(`{"mode":"ANY","allowedFunctionNames":["f","g"]}`)},
			}}}},
		{"validated", `{"tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}}`,
			request.Request{Tools: []request.Tool{{Name: "f", Strict: new(true)}}, ToolChoice: request.ToolChoice{Mode: request.ToolAuto}}},
		{"a choice without functions", `{"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}}`, request.Request{}},
		{"no thinking", `{"generationConfig":{"thinkingConfig":{"thinkingBudget":0,"includeThoughts":false}}}`, request.Request{ReasoningEffort: request.EffortNone}},
		{"level", `{"generationConfig":{"thinkingConfig":{"thinkingLevel":"MEDIUM","includeThoughts":true}}}`, request.Request{ReasoningEffort: request.EffortMedium}},
		{"thinking without thoughts", `{"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}`, request.Request{Extra: extra("generationConfig", map[string]any{"thinkingConfig": raw(`{"thinkingLevel":"LOW"}`)})}},
		{"one of several words", `{"generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["a"]}}}`,
			request.Request{ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema, Schema: raw(`{"enum":["a"],"type":"string"}`)}, Extra: extra("generationConfig", map[string]any{"responseMimeType": raw(`"text/x.enum"`)})}},
		{"the API's own notation of schemas", `{"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true,"max_length":"9"},"l":{"type":"ARRAY","items":{"type":"NUMBER"},"minItems":1},"u":{"anyOf":[{"type":"BOOLEAN"},{"type":["null","string"]}],"nullable":true}},"property_ordering":["l"],"additionalProperties":false}}]}]}`,
			request.Request{Tools: []request.Tool{{Name: "f", Parameters: raw(`{"properties":{"type":{"maxLength":9,"type":["string","null"]},"l":{"items":{"type":"number"},"minItems":1,"type":"array"},"u":{"anyOf":[{"type":"boolean"},{"type":["null","string"]}],"nullable":true}},"propertyOrdering":["l"],"additionalProperties":false,"type":"object"}`)}}}},
	} {
		got, err := gemini.ParseRequest([]byte(c.body), "p")
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}},{"executableCode":{}}]},{"parts":[{"functionResponse":{"name":"f","response":{"result":"x"}}}]}],"tools":[{"functionDeclarations":[{"parameters":{"type":"OBJECT","nullable":true}}],"x":1}]}`))
	f.Add([]byte(`{"systemInstruction":{"parts":{"text":"a"}},"generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH"},"x_y":1},"":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := canned.CheckParsed(t, body, gemini.ParseRequest)
		transport := canned.Answer("")
		_, _ = clientOver(t, transport, func(c *gemini.Config) { c.Provider = "p" }).Complete(t.Context(), req)
		if err == nil && json.Valid(body) && transport.Got != nil && !json.Valid(transport.Sent) {
			t.Fatalf("%s becomes %s, which is no JSON", body, transport.Sent)
		}
	})
}
