package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	declared    = `"tools":[{"functionDeclarations":[{"name":"clock"},{"name":"weather","parametersJsonSchema":{"type":"object"}}]}]`
	called      = `{"functionCall":{"name":"clock","args":{"zone":1}}}`
	responded   = `{"functionResponse":{"name":"clock","response":{"output":"noon"}}}`
	greeting    = `{"text":"Hello"}`
	unequalTurn = "number of function response parts is equal to the number of function call parts"
)

// config is a request with generation parameters.
func config(fields string) string { return query("a", `"generationConfig":{`+fields+`}`) }

// calling is a request with parameters for calls.
func callingMode(fields string) string {
	return query("a", declared, `"toolConfig":{"functionCallingConfig":{`+fields+`}}`)
}

func dialogue(turns ...string) string { return contents(turns, declared) }

func TestGenerateInvalid(t *testing.T) {
	for name, tt := range map[string]struct{ body, message string }{
		"empty":               {"", "Invalid JSON payload received."},
		"not JSON":            {`{"contents":`, "Invalid JSON payload received."},
		"not an object":       {`[1]`, "Invalid value at '' (TYPE_MESSAGE), array"},
		"no contents":         {`{}`, "* GenerateContentRequest.contents: contents is not specified\n"},
		"unknown field":       {query("a", `"temperature":1`), `Unknown name "temperature": Cannot find field.`},
		"unknown below":       {config(`"max_tokens":1`), `Unknown name "max_tokens" at 'generation_config': Cannot find field.`},
		"unknown in a list":   {contents([]string{content("user", `{"txt":"a"}`)}), `Unknown name "txt" at 'contents[0].parts[0]': Cannot find field.`},
		"two unknown":         {query("a", `"foo":1`, `"bar":1`), "Unknown name \"foo\": Cannot find field.\nInvalid JSON payload received. Unknown name \"bar\": Cannot find field."},
		"other case":          {query("a", `"Tools":[]`), `Unknown name "Tools"`},
		"contents type":       {`{"contents":5}`, "Invalid value at 'contents' (TYPE_MESSAGE), number"},
		"number type":         {config(`"maxOutputTokens":"many"`), "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), string"},
		"bool type":           {config(`"thinkingConfig":{"includeThoughts":1}`), "Invalid value at 'generation_config.thinking_config.include_thoughts' (TYPE_BOOL), number"},
		"hot":                 {config(`"temperature":2.1`), "generation_config.temperature: temperature must be in the range [0.0, 2.0]."},
		"top p":               {config(`"topP":1.1`), "generation_config.top_p:"},
		"top k":               {config(`"topK":0`), "generation_config.top_k:"},
		"candidates":          {config(`"candidateCount":9`), "generation_config.candidate_count:"},
		"no tokens":           {config(`"maxOutputTokens":0`), "generation_config.max_output_tokens:"},
		"six stops":           {config(`"stopSequences":["1","2","3","4","5","6"]`), "generation_config.stop_sequences:"},
		"thinking level":      {config(`"thinkingConfig":{"thinkingLevel":"UTMOST"}`), `(type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), "UTMOST"`},
		"level and budget":    {config(`"thinkingConfig":{"thinkingLevel":"LOW","thinkingBudget":5}`), "only set only one of thinking budget and thinking level"},
		"budget":              {config(`"thinkingConfig":{"thinkingBudget":99999}`), "The thinking budget 99999 is invalid."},
		"thoughts of nothing": {config(`"thinkingConfig":{"thinkingBudget":0,"includeThoughts":true}`), "include_thoughts is only enabled when thinking is enabled"},
		"mime type":           {config(`"responseMimeType":"text/html"`), "generation_config.response_mime_type: allowed mimetypes are"},
		"schema of text":      {config(`"responseSchema":{"type":"STRING"}`), "response_schema: only allowed when response_mime_type is `application/json`."},
		"two schemas":         {config(`"responseMimeType":"application/json","responseSchema":{"type":"STRING"},"responseJsonSchema":{}`), "must not be set when"},
		"bad JSON schema":     {config(`"responseMimeType":"application/json","responseJsonSchema":{"type":"thing"}`), "Invalid schema of the response"},
		"function name":       {query("a", `"tools":[{"functionDeclarations":[{"name":"a b"}]}]`), "tools[0].function_declarations[0].name: Invalid function name."},
		"function twice":      {query("a", `"tools":[{"functionDeclarations":[{"name":"a"},{"name":"a"}]}]`), "Duplicate function declaration found: a"},
		"parameters twice":    {query("a", `"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"STRING"},"parametersJsonSchema":{}}]}]`), "must not both be set"},
		"bad parameters":      {query("clock", `"tools":[{"functionDeclarations":[{"name":"clock","parametersJsonSchema":{"type":"thing"}}]}]`), "Invalid schema of function clock"},
		"calling mode":        {callingMode(`"mode":"SOME"`), `Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), "SOME"`},
		"any of nothing":      {query("a", `"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}`), "Function calling config is set without function_declarations."},
		"allowed by choice":   {callingMode(`"mode":"AUTO","allowedFunctionNames":["clock"]`), "must be ANY or VALIDATED when allowed_function_names is set"},
		"allowed unknown":     {callingMode(`"mode":"ANY","allowedFunctionNames":["map"]`), "no function declaration named map"},
		"role":                {contents([]string{content("assistant", greeting)}), "Please use a valid role: user, model."},
		"no parts":            {contents([]string{`{"role":"user","parts":[]}`}), "contents[0].parts: contents.parts must not be empty."},
		"empty part":          {contents([]string{content("user", `{}`)}), "contents[0].parts[0].data: required oneof field 'data' must have one initialized field"},
		"two in one":          {contents([]string{content("user", `{"text":"a","inlineData":{"mimeType":"a/b","data":"AAAA"}}`)}), "(oneof), oneof field 'data' is already set"},
		"no instruction":      {query("a", `"systemInstruction":{"parts":[]}`), "system_instruction.parts: contents.parts must not be empty."},
		"inline data":         {contents([]string{content("user", `{"inlineData":{"mimeType":"image/png","data":"%%%"}}`)}), "contents[0].parts[0].inline_data.data' (TYPE_BYTES)"},
		"inline type":         {contents([]string{content("user", `{"inlineData":{"mimeType":"png","data":"AAAA"}}`)}), "Unsupported MIME type: png"},
		"file address":        {contents([]string{content("user", `{"fileData":{"mimeType":"image/png"}}`)}), "file_data.file_uri:"},
		"signature":           {contents([]string{content("model", `{"text":"a","thoughtSignature":"%"}`)}), "contents[0].parts[0].thought_signature' (TYPE_BYTES)"},
		"call unnamed":        {dialogue(content("user", greeting), content("model", `{"functionCall":{"args":{}}}`)), "contents[1].parts[0].function_call.name: Name cannot be empty."},
		"response unnamed":    {dialogue(content("user", `{"functionResponse":{"response":{}}}`)), "contents[0].parts[0].function_response.name: Name cannot be empty."},
		"response of text":    {dialogue(content("user", `{"functionResponse":{"name":"clock","response":"noon"}}`)), "function_response.response' (type.googleapis.com/google.protobuf.Struct)"},
		"response alone":      {dialogue(content("user", responded)), "function response turn comes immediately after a function call turn"},
		"call first":          {dialogue(content("model", called), content("user", responded)), "function call turn comes immediately after a user turn"},
		"results apart":       {dialogue(content("user", greeting), content("model", called+","+called), content("user", responded), content("user", responded)), unequalTurn},
		"call unanswered":     {dialogue(content("user", greeting), content("model", called), content("user", greeting)), unequalTurn},
		"call at the end":     {dialogue(content("user", greeting), content("model", called)), unequalTurn},
		"too few responses":   {dialogue(content("user", greeting), content("model", called+","+called), content("user", responded)), unequalTurn},
		"foreign signature":   {dialogue(content("user", greeting), content("model", strings.Replace(called, "{", `{"thoughtSignature":"AAAA",`, 1)), content("user", responded)), "Corrupted thought signature."},
	} {
		t.Run(name, func(t *testing.T) {
			geminiBothWays(t, sim.Config{}, func(g gemini) {
				r := g.send(wholly, tt.body)
				if e := r.statusOf(); r.status != http.StatusBadRequest || e.Code != 400 || e.Status != "INVALID_ARGUMENT" || !strings.Contains(e.Message, tt.message) {
					g.t.Errorf("%d %s; want a message with %q", r.status, r.body, tt.message)
				}
				if st := g.sim.Stats(); st.Requests != 1 || st.Answered != 0 || st.Faults != 0 {
					g.t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

// Unknown fields are told one by one, too.
func TestGenerateViolations(t *testing.T) {
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		r := g.send(wholly, query("a", `"generationConfig":{"max_tokens":1}`, `"foo":1`))
		violations, _ := r.statusOf().detail("BadRequest")["fieldViolations"].([]any)
		want := []any{
			map[string]any{"description": `Invalid JSON payload received. Unknown name "max_tokens" at 'generation_config': Cannot find field.`, "field": "generation_config"},
			map[string]any{"description": `Invalid JSON payload received. Unknown name "foo": Cannot find field.`},
		}
		if diff := cmp.Diff(want, violations); diff != "" {
			g.t.Error(diff)
		}
	})
}

func TestGenerateValid(t *testing.T) {
	for name, body := range map[string]string{
		"every parameter": query("a", `"generationConfig":{"temperature":0,"topP":1,"topK":40,"candidateCount":1,"maxOutputTokens":9,"stopSequences":["x"],"responseMimeType":"text/plain",
			"presencePenalty":0,"frequencyPenalty":0,"responseLogprobs":false,"logprobs":1,"responseModalities":["TEXT"],"seed":1,"mediaResolution":"MEDIA_RESOLUTION_LOW","speechConfig":{}}`,
			`"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}]`, `"labels":{"a":"b"}`, `"model":"models/demo"`),
		"underscores":           `{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"AAAA"}}]}],"system_instruction":{"parts":[{"text":"a"}]},"generation_config":{"max_output_tokens":5}}`,
		"no brackets":           `{"contents":{"parts":{"text":"a"}},"tools":{"functionDeclarations":{"name":"a"}}}`,
		"nulls":                 query("a", `"generationConfig":null`, `"tools":null`, `"systemInstruction":null`),
		"other base64":          contents([]string{content("user", `{"inlineData":{"mimeType":"image/png","data":"-_8"}}`)}),
		"the model last":        contents([]string{content("user", greeting), content("model", greeting)}),
		"pieces of a stream":    dialogue(content("user", greeting), content("model", greeting), content("model", called), content("model", called), content("user", responded+","+responded)),
		"other tools":           query("a", `"tools":[{"googleSearch":{}},{"codeExecution":{}},{"urlContext":{}}]`),
		"a call of no model":    dialogue(content("user", greeting), content("model", strings.Replace(called, "{", `{"thoughtSignature":"skip_thought_signature_validator",`, 1)), content("user", responded)),
		"results of a function": dialogue(content("user", greeting), content("model", called), content("function", responded), content("model", called), content("user", responded+","+greeting)),
		"JSON with a tool":      query("a", declared, `"generationConfig":{"responseMimeType":"application/json"}`),
	} {
		t.Run(name, func(t *testing.T) {
			geminiInMemory(t, sim.Config{}, func(g gemini) {
				for _, method := range []string{wholly, eventwise, arraywise} {
					g.send(method, body).merged()
				}
			})
		})
	}
}

// Older and newer models differ in ids, in what they ask for, and in what they can't do.
func TestGenerateGenerations(t *testing.T) {
	step := dialogue(content("user", greeting), content("model", called), content("user", responded))
	past := contents([]string{content("user", greeting), content("model", called), content("user", responded), content("model", greeting), content("user", greeting)}, declared)
	for name, tt := range map[string]struct{ model, body, want string }{
		"no signature":       {"gemini-3-pro", step, "missing a thought_signature in functionCall parts"},
		"no signature once":  {"gemini-3-pro", past, ""},
		"none was needed":    {"gemini-2.5-pro", step, ""},
		"JSON with a tool":   {"gemini-2.5-pro", query("a", declared, `"generationConfig":{"responseMimeType":"application/json"}`), "with a response mime type: 'application/json' is unsupported"},
		"level of an older":  {"gemini-2.5-pro", config(`"thinkingConfig":{"thinkingLevel":"LOW"}`), "Thinking level is not supported for this model."},
		"budget of an older": {"gemini-2.5-pro", config(`"thinkingConfig":{"thinkingBudget":128}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			geminiInMemory(t, sim.Config{}, func(g gemini) {
				r := g.do(http.MethodPost, "/v1beta/models/"+tt.model+":generateContent", tt.body)
				if tt.want == "" {
					r.good()
				} else if e := r.statusOf(); r.status != http.StatusBadRequest || !strings.Contains(e.Message, tt.want) {
					g.t.Errorf("%d %s", r.status, r.body)
				}
			})
		})
	}
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		for model, ids := range map[string]bool{"gemini-2.5-flash": false, "gemini-3-flash": true, "demo": true} {
			r := g.do(http.MethodPost, "/v1beta/models/"+model+":generateContent", query("clock", declared))
			if got := r.pieces()[0].Candidates[0]; (got.Content.Parts[0].FunctionCall.ID != "") != ids || (got.FinishMessage == "") != ids {
				g.t.Errorf("%s: %s", model, r.body)
			}
		}
	})
}

func TestPromptGenerate(t *testing.T) {
	failed := `{"functionResponse":{"id":"1","name":"clock","response":{"error":"broken"}}}`
	for name, tt := range map[string]struct {
		body string
		want sim.Prompt
	}{
		"system": {query("Hello", `"systemInstruction":{"parts":[{"text":"Be brief. "},{"text":"Be kind."}]}`), sim.Prompt{Model: "demo", System: "Be brief. Be kind.", Text: "Hello", Turns: 2}},
		"media": {contents([]string{content("user", `{"text":"Look: "},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"fileData":{"mimeType":"application/pdf","fileUri":"gs://x"}},{"text":"what?"}`)}),
			sim.Prompt{Model: "demo", Text: "Look: what?", Turns: 1, Images: 1, Files: 1}},
		"thoughts": {contents([]string{content("user", greeting), content("model", `{"text":"Hm","thought":true},{"text":"Yes"}`), content("user", `{"text":"And?"}`)}), sim.Prompt{Model: "demo", Text: "And?", Turns: 3}},
		"results":  {dialogue(content("user", greeting), content("model", called), content("user", responded)), sim.Prompt{Model: "demo", Text: "Hello", Turns: 3, Tools: []string{"clock", "weather"}, Results: []sim.ToolResult{{Name: "clock", Text: "noon"}}}},
		"failure": {dialogue(content("user", greeting), content("model", `{"functionCall":{"id":"1","name":"clock"}},`+called), content("user", failed+`,{"functionResponse":{"name":"clock","response":{"a":1,"b":2}}}`)),
			sim.Prompt{Model: "demo", Text: "Hello", Turns: 4, Tools: []string{"clock", "weather"}, Results: []sim.ToolResult{{Name: "clock", Text: "broken", Failed: true}, {Name: "clock", Text: `{"a":1,"b":2}`}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got sim.Prompt
			geminiInMemory(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { got = *p; return nil }}, func(g gemini) { g.send(wholly, tt.body).good() })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
