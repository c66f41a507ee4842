package gemini_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// fields are the fields of a body but for contents, those of generationConfig with that name before them, as JSON.
func fields(t *testing.T, body string) map[string]string {
	t.Helper()
	all := canned.Fields(t, body, "contents")
	if config, ok := all["generationConfig"]; ok {
		delete(all, "generationConfig")
		for name, value := range canned.Fields(t, config) {
			all["config."+name] = value
		}
	}
	return all
}

var strictTool = request.Tool{Name: "f", Description: "d", Parameters: []byte(`{"type":"object"}`), Strict: new(true)}

const (
	toolJSON   = `{"name":"f","description":"d","parametersJsonSchema":{"type":"object"}}`
	toolsJSON  = `[{"functionDeclarations":[` + toolJSON + `]}]`
	validating = `{"functionCallingConfig":{"mode":"VALIDATED"}}`
)

var parameterCases = []struct {
	name   string
	model  string
	change func(*request.Request)
	want   map[string]string
	warns  string
}{
	{"unset is not zero", "", func(*request.Request) {}, map[string]string{}, ""},
	{"zero is sent", "", func(r *request.Request) {
		r.Temperature, r.TopP, r.TopK, r.Seed, r.FrequencyPenalty, r.PresencePenalty = new(0.0), new(0.0), new(0), new(int64(0)), new(0.0), new(0.0)
	}, map[string]string{"config.temperature": "0", "config.topP": "0", "config.topK": "0", "config.seed": "0", "config.frequencyPenalty": "0", "config.presencePenalty": "0"}, ""},
	{"limits", "", func(r *request.Request) { r.MaxTokens, r.Stop, r.ServiceTier = 9, []string{"a", "b\n"}, "flex" },
		map[string]string{"config.maxOutputTokens": "9", "config.stopSequences": `["a","b\n"]`, "serviceTier": `"flex"`}, ""},
	{"tools", "", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode = []request.Tool{strictTool, {Name: "g"}}, request.ToolRequired
	}, map[string]string{"tools": `[{"functionDeclarations":[` + toolJSON + `,{"name":"g"}]}]`, "toolConfig": `{"functionCallingConfig":{"mode":"ANY"}}`}, ""},
	{"named", "", func(r *request.Request) {
		r.Tools, r.ToolChoice = []request.Tool{strictTool}, request.ToolChoice{Mode: request.ToolNamed, Name: "f"}
	}, map[string]string{"tools": toolsJSON, "toolConfig": `{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}`}, ""},
	{"none", "", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode = []request.Tool{strictTool}, request.ToolNone
	}, map[string]string{"tools": toolsJSON, "toolConfig": `{"functionCallingConfig":{"mode":"NONE"}}`}, ""},
	{"strict, by choice", "", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode = []request.Tool{strictTool}, request.ToolAuto
	}, map[string]string{"tools": toolsJSON, "toolConfig": validating}, ""},
	{"strict", "", func(r *request.Request) { r.Tools = []request.Tool{strictTool} }, map[string]string{"tools": toolsJSON, "toolConfig": validating}, ""},
	{"auto, several calls allowed", "", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode, r.ParallelToolCalls = []request.Tool{{Name: "f", Strict: new(false)}}, request.ToolAuto, new(true)
	}, map[string]string{"tools": `[{"functionDeclarations":[{"name":"f"}]}]`, "toolConfig": `{"functionCallingConfig":{"mode":"AUTO"}}`}, ""},
	{"nothing about tools without tools", "", func(r *request.Request) { r.ToolChoice.Mode, r.ParallelToolCalls = request.ToolNone, new(false) }, map[string]string{}, ""},
	{"text", "", func(r *request.Request) { r.ResponseFormat.Type = request.FormatText }, map[string]string{"config.responseMimeType": `"text/plain"`}, ""},
	{"JSON", "", func(r *request.Request) { r.ResponseFormat.Type = request.FormatJSON }, map[string]string{"config.responseMimeType": `"application/json"`}, ""},
	{"schema", "", func(r *request.Request) {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{"type":"object"}`), Name: "n", Strict: true}
	}, map[string]string{"config.responseMimeType": `"application/json"`, "config.responseJsonSchema": `{"type":"object"}`}, ""},

	{"budget", "", func(r *request.Request) { r.ReasoningBudget = 128 }, map[string]string{"config.thinkingConfig": `{"thinkingBudget":128,"includeThoughts":true}`}, ""},
	{"budget, modern", "gemini-3-pro-preview", func(r *request.Request) { r.ReasoningBudget = 128 }, map[string]string{"config.thinkingConfig": `{"thinkingBudget":128,"includeThoughts":true}`}, ""},
	{"effort none", "", effort(request.EffortNone), map[string]string{"config.thinkingConfig": `{"thinkingBudget":0}`}, ""},
	{"effort minimal", "", effort(request.EffortMinimal), map[string]string{"config.thinkingConfig": `{"thinkingBudget":1024,"includeThoughts":true}`}, ""},
	{"effort low", "models/gemini-2.5-pro", effort(request.EffortLow), map[string]string{"config.thinkingConfig": `{"thinkingBudget":1024,"includeThoughts":true}`}, ""},
	{"effort medium", "gemini-robotics-er-1.5-preview", effort(request.EffortMedium), map[string]string{"config.thinkingConfig": `{"thinkingBudget":8192,"includeThoughts":true}`}, ""},
	{"effort high", "", effort(request.EffortHigh), map[string]string{"config.thinkingConfig": `{"thinkingBudget":24576,"includeThoughts":true}`}, ""},
	{"effort xhigh", "", effort(request.EffortXHigh), map[string]string{"config.thinkingConfig": `{"thinkingBudget":24576,"includeThoughts":true}`}, "reasoning_effort"},
	{"level none", "gemini-3-flash-preview", effort(request.EffortNone), map[string]string{"config.thinkingConfig": `{"thinkingLevel":"MINIMAL"}`}, "reasoning_effort"},
	{"level minimal", "gemini-3.1-flash-lite", effort(request.EffortMinimal), map[string]string{"config.thinkingConfig": `{"thinkingLevel":"MINIMAL","includeThoughts":true}`}, ""},
	{"level high", "gemini-flash-latest", effort(request.EffortHigh), map[string]string{"config.thinkingConfig": `{"thinkingLevel":"HIGH","includeThoughts":true}`}, ""},
	{"level xhigh", "gemini-12-pro", effort(request.EffortXHigh), map[string]string{"config.thinkingConfig": `{"thinkingLevel":"HIGH","includeThoughts":true}`}, "reasoning_effort"},

	{"extra at the top", "", func(r *request.Request) {
		r.ServiceTier = "flex"
		r.Extra = map[string]map[string]any{"gemini": {"serviceTier": "priority", "cachedContent": "c/1", "labels": map[string]string{"a": "b"}, "safetySettings": []any{}}, "other": {"x": 1}}
	}, map[string]string{"serviceTier": `"priority"`, "cachedContent": `"c/1"`, "labels": `{"a":"b"}`, "safetySettings": "[]"}, ""},
	{"extra joins generationConfig", "", func(r *request.Request) {
		r.Temperature, r.TopP = new(1.0), new(0.5)
		r.Extra = map[string]map[string]any{"gemini": {"generationConfig": map[string]any{"temperature": 0.2, "responseModalities": []string{"IMAGE"}, "candidateCount": 1}}}
	}, map[string]string{"config.temperature": "0.2", "config.topP": "0.5", "config.responseModalities": `["IMAGE"]`, "config.candidateCount": "1"}, ""},
	{"extra makes a generationConfig", "", func(r *request.Request) {
		r.Extra = map[string]map[string]any{"gemini": {"generationConfig": json.RawMessage(`{"logprobs": 3}`)}}
	}, map[string]string{"config.logprobs": "3"}, ""},
	{"extra adds to the tools", "", func(r *request.Request) {
		r.Tools = []request.Tool{{Name: "f"}}
		r.Extra = map[string]map[string]any{"gemini": {"tools": []any{map[string]any{"googleSearch": map[string]any{}}}, "toolConfig": map[string]any{"retrievalConfig": map[string]any{"languageCode": "de"}}}}
	}, map[string]string{"tools": `[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}}]`, "toolConfig": `{"retrievalConfig":{"languageCode":"de"}}`}, ""},
	{"extra tools alone", "", func(r *request.Request) {
		r.Extra = map[string]map[string]any{"gemini": {"tools": json.RawMessage(`[{"codeExecution": {}}]`)}}
	}, map[string]string{"tools": `[{"codeExecution":{}}]`}, ""},
	{"private fields stay", "", func(r *request.Request) {
		r.Labels, r.Tenant, r.Priority, r.NoCache, r.NoStore = map[string]string{"a": "b"}, "t", 3, true, true
	}, map[string]string{}, ""},
}

func effort(e request.Effort) func(*request.Request) {
	return func(r *request.Request) { r.ReasoningEffort = e }
}

func TestEncodeParameters(t *testing.T) {
	for _, c := range parameterCases {
		t.Run(c.name, func(t *testing.T) {
			req := canned.Ask()
			req.Model = c.model
			c.change(&req)
			body, warnings := encoded(t, nil, req)
			if diff := cmp.Diff(c.want, fields(t, body)); diff != "" {
				t.Error(diff)
			}
			if named := slices.ContainsFunc(warnings, func(w request.Warning) bool { return w.Field == c.warns }); (c.warns != "") != named || len(warnings) > 1 {
				t.Errorf("warnings %v, want one on %q", warnings, c.warns)
			}
		})
	}
}
