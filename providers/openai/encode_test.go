package openai_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// encoded sends a request and returns the body and the warnings on the response.
func encoded(t *testing.T, quirks openai.Quirks, req request.Request) (string, []request.Warning) {
	t.Helper()
	transport := canned.Answer(message(`"content":"a"`, `"stop"`))
	return canned.Encoded(t, clientOver(t, transport, func(c *openai.Config) { c.Quirks = quirks }), transport, req)
}

func withMessages(m ...request.Message) request.Request { return request.Request{Messages: m} }

func say(parts ...request.Part) request.Request {
	return withMessages(request.Message{Role: request.RoleUser, Parts: parts})
}

func TestEncode(t *testing.T) {
	call := request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}
	asked := request.Message{Role: request.RoleUser, Content: "go"}
	called := request.Message{Role: request.RoleAssistant, Parts: []request.Part{call}}
	for _, c := range []struct {
		name   string
		req    request.Request
		quirks openai.Quirks
		want   string // of the fields beside model, or of one message
	}{
		{"plain", canned.Ask(), openai.Quirks{}, `"messages":[{"role":"user","content":"Hello?"}]`},
		{"escapes", withMessages(request.Message{Role: request.RoleSystem, Content: "a\"b\\\n\x01é", Name: "n"}), openai.Quirks{},
			`"messages":[{"role":"system","name":"n","content":"a\"b\\\n\u0001é"}]`},
		{"texts joined", withMessages(request.Message{Role: request.RoleUser, Content: "a", Parts: []request.Part{request.TextPart{Text: "b"}, request.TextPart{Text: "c"}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":"abc"}]`},
		{"image", withMessages(request.Message{Role: request.RoleUser, Content: "a", Parts: []request.Part{request.ImagePart{URL: "https://x", Detail: "low"}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://x","detail":"low"}}]}]`},
		{"image recognised", say(request.ImagePart{Data: []byte("\x89PNG\r\n\x1a\n")}), openai.Quirks{},
			`"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]`},
		{"file by id", say(request.FilePart{ID: "file-1"}), openai.Quirks{}, `"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]`},
		{"file recognised", say(request.FilePart{Data: []byte("%PDF-1.7"), Name: "a.pdf"}), openai.Quirks{},
			`"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjc="}}]}]`},
		{"file by URL", say(request.FilePart{URL: "https://x/a.pdf"}), openai.Quirks{FileURL: true},
			`"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"file","file_data":"https://x/a.pdf"}}]}]`},
		{"audio", say(request.AudioPart{Data: []byte("hi"), MediaType: "audio/mpeg"}), openai.Quirks{},
			`"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"aGk=","format":"mp3"}}]}]`},
		{"audio recognised", say(request.AudioPart{Data: []byte("RIFF\x00\x00\x00\x00WAVEfmt ")}), openai.Quirks{},
			`"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"UklGRgAAAABXQVZFZm10IA==","format":"wav"}}]}]`},
		{"tool loop", withMessages(asked, called, request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Content: "ok"}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"1","content":"ok"}]`},
		{"several results and an error", withMessages(asked, request.Message{Role: request.RoleAssistant, Content: "hm", Parts: []request.Part{call, request.ToolCall{ID: "2", Name: "g"}}},
			request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Parts: []request.Part{request.TextPart{Text: "a"}, request.TextPart{Text: "b"}}}, request.ToolResult{CallID: "2", Content: "no such city", IsError: true}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"ab"},{"role":"tool","tool_call_id":"2","content":"Error: no such city"}]`},
		{"error said already", withMessages(asked, called, request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Content: "ERROR 5", IsError: true}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"1","content":"ERROR 5"}]`},
		{"empty answer", withMessages(request.Message{Role: request.RoleAssistant}, asked), openai.Quirks{}, `"messages":[{"role":"assistant","content":""},{"role":"user","content":"go"}]`},
		{"signature", withMessages(asked, request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ToolCall{ID: "1", Name: "f", Signature: "s"}}}), openai.Quirks{},
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}]}]`},
		{"cache marks", withMessages(request.Message{Role: request.RoleSystem, Content: "s", Parts: []request.Part{request.CacheBreakpoint{TTL: time.Hour}}}, asked,
			request.Message{Role: request.RoleAssistant, Parts: []request.Part{call, request.CacheBreakpoint{TTL: 5 * time.Minute}}},
			request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Content: "ok"}, request.CacheBreakpoint{}}}), openai.Quirks{CacheControl: true},
			`"messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"},"cache_control":{"type":"ephemeral","ttl":"5m"}}]},{"role":"tool","tool_call_id":"1","content":"ok","cache_control":{"type":"ephemeral"}}]`},
		{"reasoning as text", withMessages(request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.TextPart{Text: "a"}}}, asked), openai.Quirks{ReasoningBack: "reasoning"},
			`"messages":[{"role":"assistant","content":"a","reasoning":"hm"},{"role":"user","content":"go"}]`},
		{"reasoning in content", withMessages(request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.TextPart{Text: "a"}}}, asked), openai.Quirks{ReasoningBack: openai.ReasoningContent},
			`"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]},{"role":"user","content":"go"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings := encoded(t, c.quirks, c.req)
			if want := `{"model":"m",` + c.want + `}`; got != want || len(warnings) > 0 {
				t.Errorf("got  %s\nwant %s\nwarnings %v", got, want, warnings)
			}
		})
	}
}

// fields are the top-level fields of a body but for model and messages, as JSON.
func fields(t *testing.T, body string) map[string]string {
	t.Helper()
	return canned.Fields(t, body, "model", "messages")
}

var strictTool = request.Tool{Name: "f", Description: "d", Parameters: []byte(`{"type":"object"}`), Strict: new(true)}

const toolJSON = `{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}`

var parameterCases = []struct {
	name   string
	change func(*request.Request)
	quirks openai.Quirks
	want   map[string]string
	warns  string
}{
	{"unset is not zero", func(*request.Request) {}, openai.Quirks{}, map[string]string{}, ""},
	{"zero is sent", func(r *request.Request) {
		r.Temperature, r.TopP, r.Seed, r.FrequencyPenalty, r.PresencePenalty = new(0.0), new(0.0), new(int64(0)), new(0.0), new(0.0)
	}, openai.Quirks{}, map[string]string{"temperature": "0", "top_p": "0", "seed": "0", "frequency_penalty": "0", "presence_penalty": "0"}, ""},
	{"limits", func(r *request.Request) { r.MaxTokens, r.Stop = 9, []string{"a", "b\n"} }, openai.Quirks{},
		map[string]string{"max_completion_tokens": "9", "stop": `["a","b\n"]`}, ""},
	{"older field", func(r *request.Request) { r.MaxTokens, r.Seed = 9, new(int64(3)) }, openai.Quirks{MaxTokensField: "max_tokens", SeedField: "random_seed"},
		map[string]string{"max_tokens": "9", "random_seed": "3"}, ""},
	{"top_k unknown", func(r *request.Request) { r.TopK = new(5) }, openai.Quirks{}, map[string]string{}, "top_k"},
	{"top_k known", func(r *request.Request) { r.TopK = new(5) }, openai.Quirks{TopK: true}, map[string]string{"top_k": "5"}, ""},
	{"identity", func(r *request.Request) { r.User, r.ServiceTier, r.PromptCacheKey = "u", "flex", "k" }, openai.Quirks{CacheKey: true},
		map[string]string{"user": `"u"`, "service_tier": `"flex"`, "prompt_cache_key": `"k"`}, ""},
	{"cache key is a hint", func(r *request.Request) { r.PromptCacheKey = "k" }, openai.Quirks{}, map[string]string{}, ""},
	{"tools", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode, r.ParallelToolCalls = []request.Tool{strictTool, {Name: "g"}}, request.ToolRequired, new(false)
	}, openai.Quirks{}, map[string]string{"tools": `[` + toolJSON + `,{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}]`,
		"tool_choice": `"required"`, "parallel_tool_calls": "false"}, ""},
	{"any for required", func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode = []request.Tool{strictTool}, request.ToolRequired
	}, openai.Quirks{RequiredChoice: "any"},
		map[string]string{"tools": `[` + toolJSON + `]`, "tool_choice": `"any"`}, ""},
	{"named", func(r *request.Request) {
		r.Tools, r.ToolChoice = []request.Tool{strictTool}, request.ToolChoice{Mode: request.ToolNamed, Name: "f"}
	}, openai.Quirks{},
		map[string]string{"tools": `[` + toolJSON + `]`, "tool_choice": `{"type":"function","function":{"name":"f"}}`}, ""},
	{"nothing about tools without tools", func(r *request.Request) { r.ToolChoice.Mode, r.ParallelToolCalls = request.ToolNone, new(true) }, openai.Quirks{}, map[string]string{}, ""},
	{"cache mark on a tool", func(r *request.Request) {
		r.Tools = []request.Tool{{Name: "f", Parameters: strictTool.Parameters, Cache: &request.CacheBreakpoint{}}}
	}, openai.Quirks{CacheControl: true},
		map[string]string{"tools": `[{"type":"function","function":{"name":"f","parameters":{"type":"object"}},"cache_control":{"type":"ephemeral"}}]`}, ""},
	{"cache marks unknown", func(r *request.Request) {
		r.Messages[0].Parts = []request.Part{request.CacheBreakpoint{}}
	}, openai.Quirks{}, map[string]string{}, "cache_breakpoint"},
	{"text", func(r *request.Request) { r.ResponseFormat.Type = request.FormatText }, openai.Quirks{}, map[string]string{"response_format": `{"type":"text"}`}, ""},
	{"JSON", func(r *request.Request) { r.ResponseFormat.Type = request.FormatJSON }, openai.Quirks{}, map[string]string{"response_format": `{"type":"json_object"}`}, ""},
	{"schema", func(r *request.Request) {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{"type":"object"}`), Description: "d", Strict: true}
	}, openai.Quirks{},
		map[string]string{"response_format": `{"type":"json_schema","json_schema":{"name":"response","description":"d","schema":{"type":"object"},"strict":true}}`}, ""},
	{"schema unknown", func(r *request.Request) {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{}`)}
	}, openai.Quirks{NoJSONSchema: true},
		map[string]string{"response_format": `{"type":"json_object"}`}, "response_format.schema"},
	{"effort", func(r *request.Request) { r.ReasoningEffort = request.EffortXHigh }, openai.Quirks{}, map[string]string{"reasoning_effort": `"xhigh"`}, ""},
	{"budget unknown", func(r *request.Request) { r.ReasoningBudget = 9 }, openai.Quirks{}, map[string]string{}, "reasoning_budget"},
	{"reasoning object", func(r *request.Request) { r.ReasoningEffort = request.EffortLow }, openai.Quirks{Reasoning: openai.ReasoningObject}, map[string]string{"reasoning": `{"effort":"low"}`}, ""},
	{"reasoning object budget", func(r *request.Request) { r.ReasoningBudget = 9 }, openai.Quirks{Reasoning: openai.ReasoningObject}, map[string]string{"reasoning": `{"max_tokens":9}`}, ""},
	{"thinking off", func(r *request.Request) { r.ReasoningEffort = request.EffortNone }, openai.Quirks{Reasoning: openai.ReasoningThinking}, map[string]string{"thinking": `{"type":"disabled"}`}, ""},
	{"thinking effort", func(r *request.Request) { r.ReasoningEffort = request.EffortHigh }, openai.Quirks{Reasoning: openai.ReasoningThinking}, map[string]string{"reasoning_effort": `"high"`}, ""},
	{"thinking budget", func(r *request.Request) { r.ReasoningBudget = 9 }, openai.Quirks{Reasoning: openai.ReasoningThinking}, map[string]string{"thinking": `{"type":"enabled","budget_tokens":9}`}, ""},
	{"switch", func(r *request.Request) { r.ReasoningEffort = request.EffortHigh }, openai.Quirks{Reasoning: openai.ReasoningSwitch}, map[string]string{"enable_thinking": "true"}, "reasoning_effort"},
	{"switch off", func(r *request.Request) { r.ReasoningEffort = request.EffortNone }, openai.Quirks{Reasoning: openai.ReasoningSwitch}, map[string]string{"enable_thinking": "false"}, ""},
	{"switch budget", func(r *request.Request) { r.ReasoningBudget = 9 }, openai.Quirks{Reasoning: openai.ReasoningSwitch}, map[string]string{"enable_thinking": "true", "thinking_budget": "9"}, ""},
	{"no reasoning", func(r *request.Request) { r.ReasoningEffort = request.EffortLow }, openai.Quirks{Reasoning: openai.ReasoningUnsupported}, map[string]string{}, "reasoning_effort"},
	{"extra", func(r *request.Request) {
		r.Temperature = new(1.0)
		r.Extra = map[string]map[string]any{"openai": {"temperature": 0.5, "logit_bias": map[string]int{"1": 2}, "n": 1, "raw": json.RawMessage(`[1, 2]`)}, "other": {"x": 1}}
	}, openai.Quirks{}, map[string]string{"temperature": "0.5", "logit_bias": `{"1":2}`, "n": "1", "raw": "[1,2]"}, ""},
	{"private fields stay", func(r *request.Request) {
		r.Labels, r.Tenant, r.Priority, r.NoCache, r.NoStore = map[string]string{"a": "b"}, "t", 3, true, true
	}, openai.Quirks{}, map[string]string{}, ""},
}

func TestEncodeParameters(t *testing.T) {
	for _, c := range parameterCases {
		t.Run(c.name, func(t *testing.T) {
			req := canned.Ask()
			c.change(&req)
			body, warnings := encoded(t, c.quirks, req)
			if diff := cmp.Diff(c.want, fields(t, body)); diff != "" {
				t.Error(diff)
			}
			if named := slices.ContainsFunc(warnings, func(w request.Warning) bool { return w.Field == c.warns }); (c.warns != "") != named || len(warnings) > 1 {
				t.Errorf("warnings %v, want one on %q", warnings, c.warns)
			}
		})
	}
}

func TestWhatCantBeSaidIsRefused(t *testing.T) {
	call := request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ToolCall{ID: "1", Name: "f"}}}
	user := request.Message{Role: request.RoleUser, Content: "go"}
	for says, req := range map[string]request.Request{
		"takes no file by URL":         say(request.FilePart{URL: "https://x"}),
		"takes no audio by URL":        say(request.AudioPart{URL: "https://x"}),
		"audio is not recognised":      say(request.AudioPart{Data: []byte("hm")}),
		"the data looks like text":     say(request.ImagePart{Data: []byte("hello")}),
		"tool result: this API takes":  withMessages(user, call, request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Parts: []request.Part{request.ImagePart{URL: "u"}}}}}),
		"assistant message of this":    withMessages(request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ImagePart{URL: "u"}}}),
		"can't be written as JSON":     {Messages: user2(), Extra: map[string]map[string]any{"openai": {"x": func() {}}}},
		"a response holds one answer":  {Messages: user2(), Extra: map[string]map[string]any{"openai": {"n": 2}}},
		"calling Complete or Stream":   {Messages: user2(), Extra: map[string]map[string]any{"openai": {"stream": true}}},
		"messages: empty":              {},
		"max_tokens: -1 is negative":   {Messages: user2(), MaxTokens: -1},
		"messages[0].parts[0]: no con": say(request.ImagePart{}),
	} {
		transport := canned.Answer("")
		_, err := clientOver(t, transport, nil).Complete(t.Context(), req)
		e := canned.AsError(t, err)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) || e.Provider != "openai" || e.MaybeBilled {
			t.Errorf("%s: got %v", says, err)
		}
		if transport.Got != nil {
			t.Errorf("%s: it was sent", says)
		}
	}
}

func user2() []request.Message { return []request.Message{{Role: request.RoleUser, Content: "go"}} }

func TestMaxTokensFieldByProviderAndModel(t *testing.T) {
	for _, c := range []struct {
		change func(*openai.Config)
		model  string
		want   string
	}{
		{nil, "gpt-4o", "max_completion_tokens"},
		{func(c *openai.Config) { c.BaseURL = "http://other/v1" }, "qwen3", "max_tokens"},
		{func(c *openai.Config) { c.BaseURL = "http://other/v1" }, "gpt-oss:20b", "max_tokens"},
		{func(c *openai.Config) { c.BaseURL = "http://other/v1" }, "gpt-5-mini", "max_completion_tokens"},
		{func(c *openai.Config) { c.BaseURL = "http://other/v1" }, "openai/o3", "max_completion_tokens"},
		{func(c *openai.Config) { c.BaseURL, c.Azure = "http://other", true }, "deployment", "max_completion_tokens"},
		{func(c *openai.Config) { c.Quirks.MaxTokensField = "max_tokens" }, "gpt-5", "max_tokens"},
	} {
		transport := canned.Answer(message(`"content":"a"`, `"stop"`))
		req := canned.Ask()
		req.Model, req.MaxTokens = c.model, 9
		if _, err := clientOver(t, transport, c.change).Complete(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if got := fields(t, string(transport.Sent)); got[c.want] != "9" || len(got) != 1 {
			t.Errorf("%s: sent %v, want %s", c.model, got, c.want)
		}
	}
}

func TestOpaqueReasoningIsNotDroppedInSilence(t *testing.T) {
	req := withMessages(request.Message{Role: request.RoleAssistant, Content: "a", Parts: []request.Part{request.ReasoningPart{Encrypted: "x"}}}, user2()[0])
	body, warnings := encoded(t, openai.Quirks{ReasoningBack: "reasoning_content"}, req)
	if strings.Contains(body, "reasoning_content") || len(warnings) != 1 || warnings[0].Field != "reasoning" {
		t.Errorf("sent %s, warned %v", body, warnings)
	}
}

func TestCacheMarksInARow(t *testing.T) {
	twice := []request.Part{request.CacheBreakpoint{}, request.CacheBreakpoint{TTL: time.Hour}}
	body, _ := encoded(t, openai.Quirks{CacheControl: true}, withMessages(request.Message{Role: request.RoleUser, Content: "a", Parts: twice}))
	if strings.Count(body, "cache_control") != 1 {
		t.Errorf("sent %s", body)
	}
	req := withMessages(request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.CacheBreakpoint{}, request.TextPart{Text: "a"}}}, user2()[0])
	body, warnings := encoded(t, openai.Quirks{CacheControl: true}, req)
	if strings.Contains(body, "cache_control") || len(warnings) != 2 {
		t.Errorf("sent %s, warned %v", body, warnings)
	}
}

func TestStreamOptions(t *testing.T) {
	for _, c := range []struct {
		quirks openai.Quirks
		want   map[string]string
	}{
		{openai.Quirks{}, map[string]string{"stream": "true", "stream_options": `{"include_usage":true}`}},
		{openai.Quirks{NoStreamOptions: true}, map[string]string{"stream": "true"}},
	} {
		transport := canned.Answer(wholeStream)
		client := clientOver(t, transport, func(cfg *openai.Config) { cfg.Quirks = c.quirks })
		if _, err := canned.Collect(t, client, canned.Ask()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, fields(t, string(transport.Sent))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReasoningGoesBackOnEveryTurnWhereItMust(t *testing.T) {
	req := withMessages(request.Message{Role: request.RoleAssistant, Content: "a"}, user2()[0])
	quirks := openai.Quirks{ReasoningBack: "reasoning_content", ReasoningAlways: true}
	without, _ := encoded(t, quirks, req)
	req.Tools = []request.Tool{{Name: "f"}}
	with, _ := encoded(t, quirks, req)
	if strings.Contains(without, "reasoning_content") || !strings.Contains(with, `"content":"a","reasoning_content":""`) {
		t.Errorf("without tools %s\nwith %s", without, with)
	}
	req.Messages[0].Parts = []request.Part{request.ReasoningPart{Text: "hm"}}
	_, warnings := encoded(t, openai.Quirks{}, req)
	if len(warnings) != 1 || warnings[0].Field != "reasoning" {
		t.Errorf("a provider without a place for reasoning: %v", warnings)
	}
}
