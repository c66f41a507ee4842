package anthropic_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

func TestParseRequestReportsEveryFault(t *testing.T) {
	body := `{"model":7,"system":[{"type":"text","text":"a"},{"type":"image","source":{"type":"url","url":"u"}},5],"messages":[{"role":"user","content":5},{"role":3},"x",{"role":"tool","content":"a"},
		{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"?"}},{"type":"video"},{"type":"document","source":{"type":"content"}},{"text":"a"},{"type":"image"},
			{"type":"text","text":"a","cache_control":{"ttl":"soon"}},{"type":"tool_result","tool_use_id":"1","content":[{"type":"search_result"}],"is_error":"yes"}]},
		{"role":"assistant","content":[{"type":"tool_use","id":1,"input":"x","caller":{"type":"code_execution"}}],"name":"n"}],
		"max_tokens":1.5,"temperature":"hot","stop_sequences":[1],"tools":[{"name":1,"input_schema":"x"}],"tool_choice":{"type":"some","x":1},
		"metadata":{"user_id":5,"x":1},"thinking":{"type":"enabled","budget_tokens":"x"},"output_config":"x","top_k":1e300,"service_tier":{}}`
	_, err := anthropic.ParseRequest([]byte(body), "p")
	got := canned.Faults(t, err)
	want := []string{
		`model: expected a string`, `system[1].type: only text can stand here`, `system[2]: expected an object`,
		`messages[0].content: expected a string or an array of blocks`, `messages[1].role: expected a string`, `messages[2]: expected an object`,
		`messages[3].role: "tool" is unknown; use user or assistant`,
		`messages[4].content[0].source.data: not base64: illegal base64 data at input byte 0`,
		`messages[4].content[2].source.type: "content" is not supported; use base64, text, url or file`,
		`messages[4].content[3].type: missing; say what the block is`,
		`messages[4].content[4].source.type: "" is unknown; use base64, url or file`,
		`messages[4].content[5].cache_control.ttl: "soon" is unknown; use 5m or 1h`,
		`messages[4].content[6].is_error: expected true or false`,
		`messages[4].content[6].content[0]: this type of block is supported in assistant messages only`,
		`messages[4].content[1]: this type of block is supported in assistant messages only`,
		`messages[5].content[0].id: expected a string`, `messages[5].content[0].input: expected an object`,
		`messages[5].content[0].caller.type: "code_execution" is not supported; only direct calls are`, `messages[5].name: is not supported; remove it`,
		`max_tokens: expected a whole number, not 1.5`, `temperature: expected a number`, `stop_sequences[0]: expected a string`,
		`tools[0].name: expected a string`, `tools[0].input_schema: expected an object`,
		`tool_choice.type: "some" is unknown; use auto, any, tool or none`, `tool_choice.x: is not supported; remove it`,
		`metadata.user_id: expected a string`, `metadata.x: is not supported; remove it`, `thinking.budget_tokens: expected a number`,
		`output_config: expected an object`, `top_k: expected a whole number, not 1e300`, `service_tier: expected a string`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRequestRefusesWhatIsNoObject(t *testing.T) {
	for _, body := range []string{``, `[]`, `"x"`, `null`, `{"model":"m"`, `{"model":"m"} x`, `{"messages":[`, `{"":}`, `{"system":"a","system":"b"}`, `{"messages":[{"role":"user","content":[{"type":"text","text":"a","y":1}]}]}`} {
		if _, err := anthropic.ParseRequest([]byte(body), "p"); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestParseRequestForms(t *testing.T) {
	turn := func(role request.Role, p ...request.Part) []msg { return []msg{{Role: role, Parts: p}} }
	extra := func(fields ...string) map[string]map[string]any {
		all := map[string]any{}
		for i := 0; i < len(fields); i += 2 {
			all[fields[i]] = json.RawMessage(fields[i+1])
		}
		return map[string]map[string]any{"p": all}
	}
	search := `[{"type":"web_search_20250305","name":"web_search"}]`
	mixed := `[{"name":"f","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}]`
	f := request.Tool{Name: "f", Parameters: []byte(`{"type":"object"}`)}
	for _, c := range []struct {
		name, body string
		want       request.Request
	}{
		{"system comes first, wherever it stands", `{"messages":[{"role":"user","content":"a"}],"system":"s"}`, withMessages(system("s"), user("a"))},
		{"empty system", `{"system":"","messages":[]}`, request.Request{}},
		{"nulls are unset", `{"model":null,"system":null,"temperature":null,"stop_sequences":null,"tools":null,"tool_choice":null,"thinking":null,"output_config":null,"metadata":null,"max_tokens":null,"messages":null}`, request.Request{}},
		{"stream and version are the caller's", `{"model":"m","stream":true,"anthropic_version":"v"}`, request.Request{Model: "m"}},
		{"unknown fields are kept", `{"container":"c","top_k":2.0}`, request.Request{TopK: new(2), Extra: extra("container", `"c"`)}},
		{"no answer at all", `{"max_tokens":0}`, request.Request{Extra: extra("max_tokens", "0")}},
		{"results and text", `{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"a","is_error":true},{"type":"tool_result","tool_use_id":"2","content":[{"type":"text","text":"b"}],"cache_control":{"type":"ephemeral"}},{"type":"text","text":"c"}]}]}`,
			withMessages(results(request.ToolResult{CallID: "1", Content: "a", IsError: true}, request.ToolResult{CallID: "2", Parts: parts{textPart("b")}}, mark(0)), msg{Role: request.RoleUser, Parts: parts{textPart("c")}})},
		{"media", `{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"t"},"title":"n","citations":{"enabled":false}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"aGk="}}]}]}`,
			request.Request{Messages: turn(request.RoleUser, request.FilePart{ID: "f", MediaType: "image/*"}, request.FilePart{Data: []byte("t"), MediaType: "text/plain", Name: "n"}, request.FilePart{Data: []byte("hi"), MediaType: "application/pdf"})}},
		{"an answer sent back", `{"messages":[{"role":"assistant","content":[{"type":"text","text":"a","citations":null},{"type":"text","text":"b","citations":[]},{"type":"text","text":"c","citations":[{"x":1}]},{"type":"tool_use","id":"1","name":"f","input":{"x": 1},"caller":{"type":"direct"}},{"x":1,"type":"server_tool_use"}]}]}`,
			request.Request{Messages: turn(request.RoleAssistant, textPart("a"), textPart("b"), textPart("c"), request.ReasoningPart{Encrypted: `[{"x":1}]`, Format: anthropic.CitationsFormat}, request.ToolCall{ID: "1", Name: "f", Arguments: `{"x": 1}`},
				request.ReasoningPart{Encrypted: `{"x":1,"type":"server_tool_use"}`, Format: anthropic.BlockFormat})}},
		{"tools of the provider", `{"tool_choice":{"type":"auto","disable_parallel_tool_use":true},"tools":` + search + `}`, request.Request{Extra: extra("tools", search, "tool_choice", `{"type":"auto","disable_parallel_tool_use":true}`)}},
		{"beside functions", `{"tool_choice":{"type":"any"},"tools":` + mixed + `}`, request.Request{Tools: []request.Tool{f}, ToolChoice: request.ToolChoice{Mode: request.ToolRequired}, Extra: extra("tools", mixed)}},
		{"the provider's named", `{"tools":` + mixed + `,"tool_choice":{"type":"tool","name":"web_search"}}`, request.Request{Tools: []request.Tool{f}, Extra: extra("tools", mixed, "tool_choice", `{"type":"tool","name":"web_search"}`)}},
		{"functions of more than the vocabulary", `{"tools":[{"name":"f","input_schema":{"type":"object"},"defer_loading":true}]}`, request.Request{Tools: []request.Tool{f}, Extra: extra("tools", `[{"name":"f","input_schema":{"type":"object"},"defer_loading":true}]`)}},
		{"plain functions", `{"tools":[{"type":"custom","name":"f","input_schema":{"type":"object"},"description":null,"cache_control":{"ttl":"1h"}}]}`,
			request.Request{Tools: []request.Tool{{Name: "f", Parameters: f.Parameters, Cache: &request.CacheBreakpoint{TTL: time.Hour}}}}},
		{"thinking off", `{"thinking":{"type":"disabled"}}`, request.Request{ReasoningEffort: request.EffortNone}},
		{"effort", `{"output_config":{"effort":"xhigh"},"thinking":{"type":"adaptive","display":null}}`, request.Request{ReasoningEffort: request.EffortXHigh}},
		{"adaptive alone", `{"thinking":{"type":"adaptive"},"output_config":{"format":{"type":"json_schema","schema":{}}}}`, request.Request{Extra: extra("thinking", `{"type":"adaptive"}`, "output_config", `{"format":{"type":"json_schema","schema":{}}}`)}},
		{"an effort of its own", `{"output_config":{"effort":"max"}}`, request.Request{Extra: extra("output_config", `{"effort":"max"}`)}},
		{"shown thinking", `{"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"}}`, request.Request{Extra: extra("thinking", `{"type":"adaptive","display":"summarized"}`, "output_config", `{"effort":"low"}`)}},
		{"a format of its own", `{"output_config":{"format":{"type":"grammar"}}}`, request.Request{Extra: extra("output_config", `{"format":{"type":"grammar"}}`)}},
	} {
		got, err := anthropic.ParseRequest([]byte(c.body), "p")
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
	}
}

// What is kept as it stands is sent as it stands.
func TestKeptFieldsAreSent(t *testing.T) {
	for _, fields := range []string{
		`"tool_choice":{"type":"auto"},"tools":[{"type":"web_search_20250305","name":"web_search"}]`,
		`"output_config":{"effort":"max"},"thinking":{"type":"adaptive","display":"summarized"}`,
		`"max_tokens":0`,
	} {
		want := `{"model":"m","messages":[{"role":"user","content":"a"}],` + fields
		req, err := anthropic.ParseRequest([]byte(want+`}`), "anthropic")
		if err != nil {
			t.Fatal(err)
		}
		got, warnings := encoded(t, req, nil)
		if !strings.HasSuffix(got, fields+"}") || len(warnings) > 0 {
			t.Errorf("got %s, want %s…; warnings %v", got, want, warnings)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"model":"m","system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"},{"type":"x"}]}],"tools":[{"name":"f"},{"type":"y"}],"tool_choice":{"type":"tool"}}`))
	f.Add([]byte(`{"messages":[{"role":"assistant","content":[{"type":"x"},{"type":"text","text":"a","citations":[1],"cache_control":{}}]}],"thinking":{"type":"adaptive"},"output_config":{"effort":"low","format":{}},"max_tokens":0,"":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = canned.CheckParsed(t, body, anthropic.ParseRequest)
	})
}
