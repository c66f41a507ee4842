package sim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	toolbelt = `"tools":[{"type":"function","name":"get_weather","parameters":` + weatherSchema + `},{"type":"function","name":"set_alarm","parameters":{"type":"object","properties":{"hour":{"type":"integer"}},"required":["hour"]}},{"type":"web_search"}]`
	saidUser = `{"role":"user","content":"Hello"}`
	itemCall = `{"type":"function_call","call_id":"call_1","name":"get_weather","arguments":"{}"}`
	itemDone = `{"type":"function_call_output","call_id":"call_1","output":"sunny"}`
)

func TestResponsesInvalid(t *testing.T) {
	for name, tt := range map[string]struct{ body, param, code, message string }{
		"not JSON":             {`{"model":`, "", "", "could not parse the JSON body"},
		"no model":             {`{"input":"a"}`, "model", "missing_required_parameter", "Missing required parameter: 'model'"},
		"no input":             {talk(), "input", "missing_required_parameter", "Missing required parameter: 'input'"},
		"messages":             {ask("a"), "messages", "unknown_parameter", "Unknown parameter: 'messages'"},
		"max_tokens":           {inquire("a", `"max_tokens":50`), "max_tokens", "unknown_parameter", "Unknown parameter: 'max_tokens'"},
		"stop":                 {inquire("a", `"stop":"x"`), "stop", "unknown_parameter", "Unknown parameter: 'stop'"},
		"input type":           {talk(`"input":5`), "input", "invalid_type", "Invalid type for 'input'"},
		"few tokens":           {inquire("a", `"max_output_tokens":15`), "max_output_tokens", "integer_below_min_value", "Expected a value >= 16, but got 15"},
		"stream options":       {inquire("a", `"stream_options":{"include_obfuscation":false}`), "stream_options", "", "only allowed when 'stream' is enabled"},
		"hot":                  {inquire("a", `"temperature":3`), "temperature", "decimal_out_of_range", "between 0 and 2, but got 3"},
		"top_p":                {inquire("a", `"top_p":1.5`), "top_p", "decimal_out_of_range", "between 0 and 1, but got 1.5"},
		"effort":               {inquire("a", `"reasoning":{"effort":"utmost"}`), "reasoning.effort", "invalid_value", "'none', 'minimal', 'low', 'medium', 'high', and 'xhigh'."},
		"summary":              {inquire("a", `"reasoning":{"summary":"long"}`), "reasoning.summary", "invalid_value", "Invalid value: 'long'"},
		"verbosity":            {inquire("a", `"text":{"verbosity":"none"}`), "text.verbosity", "invalid_value", "Invalid value: 'none'"},
		"include":              {inquire("a", `"include":["everything"]`), "include[0]", "invalid_value", "Invalid value: 'everything'"},
		"chat's tool":          {inquire("a", `"tools":[{"type":"function","function":{"name":"clock"}}]`), "tools[0].name", "missing_required_parameter", "Missing required parameter: 'tools[0].name'"},
		"tool without type":    {inquire("a", `"tools":[{"name":"clock"}]`), "tools[0].type", "missing_required_parameter", "Missing required parameter: 'tools[0].type'"},
		"tool schema":          {inquire("clock", `"tools":[{"type":"function","name":"clock","parameters":{"type":"thing"}}]`), "tools", "invalid_function_parameters", "Invalid schema for function 'clock'"},
		"tool choice":          {inquire("a", toolbelt, `"tool_choice":"always"`), "tool_choice", "invalid_value", "Supported values are: 'none', 'auto', and 'required'."},
		"tool named":           {inquire("a", toolbelt, `"tool_choice":{"type":"function","name":"map"}`), "tool_choice", "", "not found in 'tools' parameter"},
		"tool allowed":         {inquire("a", toolbelt, `"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"map"}]}`), "tool_choice", "", "not found in 'tools' parameter"},
		"required of nothing":  {inquire("a", `"tool_choice":"required"`), "tool_choice", "", "must be specified with 'tools' parameter"},
		"format":               {inquire("a", `"text":{"format":{"type":"xml"}}`), "text.format.type", "invalid_value", "Invalid value: 'xml'"},
		"format without type":  {inquire("a", `"text":{"format":{"name":"x"}}`), "text.format.type", "missing_required_parameter", "text.format.type"},
		"json unsaid":          {inquire("a", `"text":{"format":{"type":"json_object"}}`), "input", "", "must contain the word 'json'"},
		"schema unnamed":       {inquire("a", `"text":{"format":{"type":"json_schema","schema":{}}}`), "text.format.name", "missing_required_parameter", "text.format.name"},
		"no schema":            {inquire("a", `"text":{"format":{"type":"json_schema","name":"x"}}`), "text.format.schema", "missing_required_parameter", "text.format.schema"},
		"bad schema":           {inquire("a", `"text":{"format":{"type":"json_schema","name":"x","schema":{"type":"thing"}}}`), "text.format.schema", "invalid_json_schema", "Invalid schema for response_format 'x'"},
		"role":                 {items([]string{`{"role":"tool","content":"a"}`}), "input[0]", "invalid_value", "'assistant', 'system', 'developer', and 'user'."},
		"no content":           {items([]string{`{"role":"user"}`}), "input[0].content", "missing_required_parameter", "Missing required parameter: 'input[0].content'"},
		"chat's part":          {items([]string{`{"role":"user","content":[{"type":"text","text":"a"}]}`}), "input[0].content[0]", "invalid_value", "'input_text', 'input_image', and 'input_file'."},
		"the assistant's part": {items([]string{`{"role":"assistant","content":[{"type":"input_text","text":"a"}]}`}), "input[0].content[0]", "invalid_value", "'output_text' and 'refusal'."},
		"chat's calls":         {items([]string{`{"role":"assistant","content":"a","tool_calls":[]}`}), "input[0].tool_calls", "unknown_parameter", "Unknown parameter: 'input[0].tool_calls'."},
		"item":                 {items([]string{`{"type":"thing"}`}), "input[0].type", "invalid_value", "Invalid value: 'thing'"},
		"call without id":      {items([]string{saidUser, `{"type":"function_call","name":"f","arguments":"{}"}`}), "input[1].call_id", "missing_required_parameter", "input[1].call_id"},
		"call without name":    {items([]string{saidUser, `{"type":"function_call","call_id":"c","arguments":"{}"}`}), "input[1].name", "missing_required_parameter", "input[1].name"},
		"call unanswered":      {items([]string{saidUser, itemCall}), "input", "", "No tool output found for function call call_1."},
		"output without call":  {items([]string{saidUser, itemDone}), "input", "", "No tool call found for function call output with call_id call_1."},
		"output twice":         {items([]string{saidUser, itemCall, itemDone, itemDone}), "input", "", "No tool call found"},
		"no output":            {items([]string{saidUser, itemCall, `{"type":"function_call_output","call_id":"call_1"}`}), "input[2].output", "missing_required_parameter", "input[2].output"},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				r := c.respond(tt.body)
				e := r.failure()
				if r.status != http.StatusBadRequest || e.Type != "invalid_request_error" || or(e.Param, "") != tt.param || or(e.Code, "") != tt.code || !strings.Contains(e.Message, tt.message) {
					c.t.Errorf("%d %s; want param %q, code %q, message with %q", r.status, r.body, tt.param, tt.code, tt.message)
				}
				if st := c.sim.Stats(); st.Requests != 1 || st.Answered != 0 {
					c.t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

func TestResponsesValid(t *testing.T) {
	for name, body := range map[string]string{
		"every parameter": inquire("a", `"temperature":0`, `"top_p":1`, `"metadata":{}`, `"user":"u"`, `"service_tier":"auto"`, `"truncation":"disabled"`, `"top_logprobs":0`, `"max_tool_calls":3`,
			`"prompt_cache_key":"k"`, `"safety_identifier":"s"`, `"include":["message.output_text.logprobs","web_search_call.action.sources"]`),
		"nulls":        inquire("a", `"temperature":null`, `"tools":null`, `"tool_choice":null`, `"text":null`, `"reasoning":null`, `"include":null`, `"instructions":null`, `"previous_response_id":null`),
		"hosted items": items([]string{`{"type":"web_search_call","id":"ws_1","status":"completed","action":{}}`}),
		"hosted tool":  inquire("a", toolbelt, `"tool_choice":{"type":"web_search"}`),
		"own output":   items([]string{saidUser, `{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]}`, saidUser}),
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, sim.Config{}, func(c *caller) {
				c.respond(body).responded()
				c.respond(flowing(body)).unfolded()
			})
		})
	}
}

func TestResponsesCalls(t *testing.T) {
	const both = "If the weather is good, set an alarm"
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"one":              {inquire("The weather?", toolbelt), []string{"get_weather"}},
		"parallel":         {inquire(both, toolbelt), []string{"get_weather", "set_alarm"}},
		"single":           {inquire(both, toolbelt, `"parallel_tool_calls":false`), []string{"get_weather"}},
		"none":             {inquire(both, toolbelt, `"tool_choice":"none"`), nil},
		"required":         {inquire("Hello", toolbelt, `"tool_choice":"required"`), []string{"get_weather"}},
		"named":            {inquire("Hello", toolbelt, `"tool_choice":{"type":"function","name":"set_alarm"}`), []string{"set_alarm"}},
		"allowed":          {inquire(both, toolbelt, `"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"set_alarm"}]}`), []string{"set_alarm"}},
		"allowed required": {inquire("Hello", toolbelt, `"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"set_alarm"}]}`), []string{"set_alarm"}},
		"answered":         {items([]string{`{"role":"user","content":"The weather?"}`, itemCall, itemDone}, toolbelt), nil},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				for _, got := range []response{c.respond(tt.body).responded(), c.respond(flowing(tt.body)).unfolded()} {
					var names []string
					for _, i := range got.Output {
						if i.Type == "function_call" {
							names = append(names, i.Name)
							if !strings.HasPrefix(i.ID, "fc_") || !strings.HasPrefix(i.CallID, "call_") || i.Status != "completed" || !strings.HasPrefix(i.Arguments, "{") {
								c.t.Errorf("%+v", i)
							}
						}
					}
					if !slices.Equal(names, tt.want) || got.Status != "completed" {
						c.t.Errorf("calls %v in %s, want %v", names, got.shape(), tt.want)
					}
				}
			})
		})
	}
}

func TestPromptResponses(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want sim.Prompt
	}{
		"text":   {inquire("Hello", `"instructions":"Be brief."`), sim.Prompt{Model: "demo", System: "Be brief.", Text: "Hello", Turns: 2}},
		"system": {items([]string{`{"role":"developer","content":"Be kind."}`, saidUser}, `"instructions":"Be brief."`), sim.Prompt{Model: "demo", System: "Be brief.\n\nBe kind.", Text: "Hello", Turns: 3}},
		"media": {items([]string{`{"role":"user","content":[{"type":"input_text","text":"Look: "},{"type":"input_image","image_url":"x"},{"type":"input_file","file_id":"f"},{"type":"input_text","text":"what?"}]}`}),
			sim.Prompt{Model: "demo", Text: "Look: what?", Turns: 1, Images: 1, Files: 1}},
		"results": {items([]string{saidUser, `{"role":"assistant","content":"Well"}`, itemCall, strings.ReplaceAll(itemCall, "1", "2"), itemDone, strings.ReplaceAll(strings.ReplaceAll(itemDone, "1", "2"), `"sunny"`, `[{"type":"input_text","text":"rain"}]`)}),
			sim.Prompt{Model: "demo", Text: "Hello", Turns: 4, Results: []sim.ToolResult{{Name: "get_weather", Text: "sunny"}, {Name: "get_weather", Text: "rain"}}}},
		"tools": {inquire("Hello", toolbelt), sim.Prompt{Model: "demo", Text: "Hello", Turns: 1, Tools: []string{"get_weather", "set_alarm"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got sim.Prompt
			inMemory(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { got = *p; return nil }}, func(c *caller) { c.respond(tt.body).good() })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestResponsesStructured(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		for body, want := range map[string]string{
			inquire("a", `"text":{"format":{"type":"json_schema","name":"w","strict":true,"schema":{"type":"object","properties":{"n":{"const":5}},"required":["n"],"additionalProperties":false}}}`): `message completed: output_text {"n":5} → completed`,
			inquire("As JSON", `"text":{"format":{"type":"json_object"}}`): `message completed: output_text {"answer":"`,
		} {
			for _, got := range []response{c.respond(body).responded(), c.respond(flowing(body)).unfolded()} {
				if !strings.HasPrefix(got.shape(), want) {
					c.t.Errorf("%s, want %s", got.shape(), want)
				}
			}
		}
	})
}
