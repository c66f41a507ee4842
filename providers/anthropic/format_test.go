package anthropic_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

const schema = `{"type":"object","properties":{"a":{"type":"integer"}}}`

func asSchema(r *request.Request) {
	r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Name: "n", Schema: []byte(schema), Strict: true}
}

const answerTool = `{"name":"n","description":"Gives the answer. Call it once, with the whole answer as its input.","input_schema":` + schema + `}`

func TestEncodeFormat(t *testing.T) {
	native := none{"output_config": `{"format":{"type":"json_schema","schema":` + schema + `}}`}
	checkParameters(t, []parameterCase{
		{"native", "claude-sonnet-4-5", asSchema, native, nil},
		{"native with effort", "claude-opus-4-6", func(r *request.Request) { asSchema(r); r.ReasoningEffort = request.EffortHigh },
			none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"high","format":{"type":"json_schema","schema":` + schema + `}}`}, nil},
		{"description", "claude-sonnet-4-5", func(r *request.Request) { asSchema(r); r.ResponseFormat.Description = "d" }, native, []string{"response_format.description"}},
		{"beside an extra field", "claude-sonnet-4-5", func(r *request.Request) {
			asSchema(r)
			r.Extra = map[string]map[string]any{"anthropic": {"output_config": map[string]string{"effort": "max"}}}
		}, none{"output_config": `{"format":{"type":"json_schema","schema":` + schema + `},"effort":"max"}`}, nil},
		{"by a tool", "claude-sonnet-4-0", asSchema, none{"tools": `[` + answerTool + `]`, "tool_choice": `{"type":"tool","name":"n"}`}, []string{"response_format"}},
		{"JSON by a tool", "claude-sonnet-4-5", func(r *request.Request) { r.ResponseFormat.Type = request.FormatJSON },
			none{"tools": `[{"name":"response","description":"Gives the answer. Call it once, with the whole answer as its input.","input_schema":{"type":"object"}}]`, "tool_choice": `{"type":"tool","name":"response"}`}, []string{"response_format"}},
		{"beside other tools", "claude-sonnet-4-0", func(r *request.Request) { asSchema(r); r.Tools = []request.Tool{{Name: "g"}} },
			none{"tools": `[{"name":"g","input_schema":{"type":"object","properties":{}}},` + answerTool + `]`, "tool_choice": `{"type":"any"}`}, []string{"response_format"}},
		{"beside tools not to be called", "claude-sonnet-4-0", func(r *request.Request) {
			asSchema(r)
			r.Tools, r.ToolChoice.Mode = []request.Tool{{Name: "g"}}, request.ToolNone
		}, none{"tools": `[{"name":"g","input_schema":{"type":"object","properties":{}}},` + answerTool + `]`, "tool_choice": `{"type":"tool","name":"n"}`}, []string{"response_format"}},
		{"not beside a forced call", "claude-sonnet-4-0", func(r *request.Request) {
			asSchema(r)
			r.Tools, r.ToolChoice.Mode = []request.Tool{{Name: "g"}}, request.ToolRequired
		}, none{"tools": `[{"name":"g","input_schema":{"type":"object","properties":{}}}]`, "tool_choice": `{"type":"any"}`}, []string{"response_format"}},
		{"not with thinking", "claude-sonnet-4-0", func(r *request.Request) { asSchema(r); r.ReasoningBudget = 2000 },
			none{"tools": `[` + answerTool + `]`, "tool_choice": `{"type":"tool","name":"n"}`}, []string{"response_format", "reasoning_budget"}},
	})
}

// What the model gives the answer tool is the answer; calls of other tools stay calls.
func TestAnswerByATool(t *testing.T) {
	req := canned.Ask()
	req.Model = "claude-sonnet-4-0"
	asSchema(&req)
	const answer = `{"type":"tool_use","id":"1","name":"n","input":{"a": 1}}`
	for _, c := range []struct {
		name, blocks, content string
		calls                 []request.ToolCall
		finish                request.FinishReason
	}{
		{"answer", answer, `{"a": 1}`, nil, request.FinishStop},
		{"empty", `{"type":"tool_use","id":"1","name":"n","input":{}}`, `{}`, nil, request.FinishStop},
		{"with a call", answer + `,{"type":"tool_use","id":"2","name":"g","input":{}}`, `{"a": 1}`, []request.ToolCall{{ID: "2", Name: "g", Arguments: "{}"}}, request.FinishToolCalls},
	} {
		got, err := clientOver(t, canned.Answer(whole(c.blocks, `"tool_use"`)), nil).Complete(t.Context(), req)
		if err != nil || got.Content != c.content || !cmp.Equal(got.ToolCalls, c.calls) || got.FinishReason != c.finish {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	var blocks []string
	blocks = append(blocks, `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"1","name":"n","input":{}}}`)
	for _, piece := range []string{"", `{"a`, `": 1}`} {
		blocks = append(blocks, fmt.Sprintf(`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%q}}`, piece))
	}
	body := streamed("tool_use", append(blocks, `{"type":"content_block_stop","index":0}`)...)
	got, err := canned.Collect(t, clientOver(t, canned.Answer(body), nil), req)
	if err != nil || got.Content != `{"a": 1}` || got.Last.Content != got.Content || len(got.Last.ToolCalls) > 0 || got.Last.FinishReason != request.FinishStop {
		t.Errorf("streamed: %+v, %v", got, err)
	}
}
