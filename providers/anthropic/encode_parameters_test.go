package anthropic_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// limits are those of models, which are sent where a request sets none.
var limits = []string{"4096", "32000", "64000", "128000"}

// fields are the top-level fields of a body but for model, messages and a max_tokens that is the model's, as JSON.
func fields(t *testing.T, body string) map[string]string {
	t.Helper()
	all := canned.Fields(t, body, "model", "messages")
	if slices.Contains(limits, all["max_tokens"]) {
		delete(all, "max_tokens")
	}
	return all
}

type parameterCase struct {
	name   string
	model  string
	change func(*request.Request)
	want   map[string]string
	warns  []string
}

func checkParameters(t *testing.T, cases []parameterCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name+" "+c.model, func(t *testing.T) {
			req := canned.Ask()
			req.Model = c.model
			c.change(&req)
			body, warnings := encoded(t, req, nil)
			if diff := cmp.Diff(c.want, fields(t, body)); diff != "" {
				t.Error(diff)
			}
			named := canned.Warned(warnings)
			if !slices.Equal(named, c.warns) {
				t.Errorf("warnings %v, want %v", warnings, c.warns)
			}
		})
	}
}

type none = map[string]string

var strictTool = request.Tool{Name: "f", Description: "d", Parameters: []byte(`{"type":"object"}`), Strict: new(true)}

const (
	strictJSON = `{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true}`
	laxJSON    = `{"name":"f","description":"d","input_schema":{"type":"object"}}`
)

func withTool(mode request.ToolMode) func(*request.Request) {
	return func(r *request.Request) { r.Tools, r.ToolChoice.Mode = []request.Tool{strictTool}, mode }
}

func TestEncodeParameters(t *testing.T) {
	checkParameters(t, []parameterCase{
		{"unset is not zero", "", func(*request.Request) {}, none{}, nil},
		{"zero is sent", "claude-3-5-haiku", func(r *request.Request) { r.Temperature, r.TopP, r.TopK = new(0.0), new(0.0), new(0) },
			none{"temperature": "0", "top_p": "0", "top_k": "0"}, nil},
		{"limits", "", func(r *request.Request) { r.MaxTokens, r.Stop = 9, []string{"a", "b\n"} }, none{"max_tokens": "9", "stop_sequences": `["a","b\n"]`}, nil},
		{"identity", "", func(r *request.Request) { r.User, r.ServiceTier = "u", "standard_only" }, none{"metadata": `{"user_id":"u"}`, "service_tier": `"standard_only"`}, nil},
		{"what the API lacks", "", func(r *request.Request) {
			r.Seed, r.FrequencyPenalty, r.PresencePenalty, r.PromptCacheKey = new(int64(0)), new(0.0), new(0.0), "k"
		}, none{}, []string{"seed", "frequency_penalty", "presence_penalty", "prompt_cache_key"}},
		{"temperature or top_p", "", func(r *request.Request) { r.Temperature, r.TopP = new(0.5), new(0.5) }, none{"temperature": "0.5"}, []string{"top_p"}},
		{"both", "claude-3-7-sonnet-20250219", func(r *request.Request) { r.Temperature, r.TopP = new(0.5), new(0.5) }, none{"temperature": "0.5", "top_p": "0.5"}, nil},
		{"no sampling", "claude-opus-4-7", func(r *request.Request) { r.Temperature, r.TopP, r.TopK = new(1.0), new(1.0), new(5) },
			none{}, []string{"temperature", "top_p", "top_k"}},
		{"text", "", func(r *request.Request) { r.ResponseFormat.Type = request.FormatText }, none{}, nil},
		{"extra", "", func(r *request.Request) {
			r.Temperature = new(1.0)
			r.Extra = map[string]map[string]any{"anthropic": {"temperature": 0.5, "inference_geo": "us", "raw": json.RawMessage(`[1, 2]`)}, "other": {"x": 1}}
		}, none{"temperature": "0.5", "inference_geo": `"us"`, "raw": "[1,2]"}, nil},
		{"private fields stay", "", func(r *request.Request) {
			r.Labels, r.Tenant, r.Priority, r.NoCache, r.NoStore = map[string]string{"a": "b"}, "t", 3, true, true
		}, none{}, nil},
	})
}

func TestEncodeTools(t *testing.T) {
	checkParameters(t, []parameterCase{
		{"tools", "", func(r *request.Request) {
			r.Tools = []request.Tool{strictTool, {Name: "g", Strict: new(false), Cache: &request.CacheBreakpoint{TTL: time.Hour}}}
		}, none{"tools": `[` + strictJSON + `,{"name":"g","input_schema":{"type":"object","properties":{}},"strict":false,"cache_control":{"type":"ephemeral","ttl":"1h"}}]`}, nil},
		{"strict unknown", "claude-sonnet-4-20250514", withTool(""), none{"tools": `[` + laxJSON + `]`}, []string{"tools.strict"}},
		{"auto", "", withTool(request.ToolAuto), none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"auto"}`}, nil},
		{"any", "", withTool(request.ToolRequired), none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"any"}`}, nil},
		{"none", "", withTool(request.ToolNone), none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"none"}`}, nil},
		{"named, one at a time", "", func(r *request.Request) {
			withTool(request.ToolNamed)(r)
			r.ToolChoice.Name, r.ParallelToolCalls = "f", new(false)
		}, none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"tool","name":"f","disable_parallel_tool_use":true}`}, nil},
		{"one at a time", "", func(r *request.Request) { withTool("")(r); r.ParallelToolCalls = new(false) },
			none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"auto","disable_parallel_tool_use":true}`}, nil},
		{"in parallel", "", func(r *request.Request) { withTool(request.ToolAuto)(r); r.ParallelToolCalls = new(true) },
			none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"auto","disable_parallel_tool_use":false}`}, nil},
		{"nothing about tools without tools", "", func(r *request.Request) { r.ToolChoice.Mode, r.ParallelToolCalls = request.ToolNone, new(true) }, none{}, nil},
	})
}

func effort(e request.Effort) func(*request.Request) {
	return func(r *request.Request) { r.ReasoningEffort = e }
}

func budget(n int) func(*request.Request) {
	return func(r *request.Request) { r.ReasoningBudget = n }
}

// How thinking is asked for depends on the model's generation.
func TestEncodeThinking(t *testing.T) {
	checkParameters(t, []parameterCase{
		{"budget", "claude-sonnet-4-5", budget(2000), none{"thinking": `{"type":"enabled","budget_tokens":2000}`}, nil},
		{"budget, no Claude", "kimi-k2", budget(2000), none{"thinking": `{"type":"enabled","budget_tokens":2000}`, "max_tokens": "6096"}, nil},
		{"budget where there is none", "claude-opus-4-7", budget(2000), none{"thinking": `{"type":"adaptive"}`}, []string{"reasoning_budget"}},
		{"shown thinking", "claude-opus-4-7", func(r *request.Request) {
			r.ReasoningEffort = request.EffortHigh
			r.Extra = map[string]map[string]any{"anthropic": {"thinking": map[string]string{"display": "summarized"}}}
		}, none{"thinking": `{"type":"adaptive","display":"summarized"}`, "output_config": `{"effort":"high"}`}, nil},
		{"budget, not in the table", "claude-opus-3-7", budget(2000), none{"thinking": `{"type":"enabled","budget_tokens":2000}`, "max_tokens": "34000"}, nil},
		{"effort as a budget", "claude-3-7-sonnet@20250219", effort(request.EffortHigh), none{"thinking": `{"type":"enabled","budget_tokens":16384}`}, []string{"reasoning_effort"}},
		{"effort within max_tokens", "claude-haiku-4-5", func(r *request.Request) { r.ReasoningEffort, r.MaxTokens = request.EffortXHigh, 5000 },
			none{"thinking": `{"type":"enabled","budget_tokens":2500}`, "max_tokens": "5000"}, []string{"reasoning_effort"}},
		{"no room to think", "claude-haiku-4-5", func(r *request.Request) { r.ReasoningEffort, r.MaxTokens = request.EffortLow, 2000 },
			none{"max_tokens": "2000"}, []string{"reasoning_effort"}},
		{"effort", "claude-opus-4-6", effort(request.EffortLow), none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"low"}`}, nil},
		{"effort", "us.anthropic.claude-opus-4-6-v1", effort(request.EffortMedium), none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"medium"}`}, nil},
		{"least", "claude-sonnet-5", effort(request.EffortMinimal), none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"low"}`}, []string{"reasoning_effort"}},
		{"most", "claude-opus-4-7", effort(request.EffortXHigh), none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"xhigh"}`}, nil},
		{"most", "claude-sonnet-4-6", effort(request.EffortXHigh), none{"thinking": `{"type":"adaptive"}`, "output_config": `{"effort":"max"}`}, []string{"reasoning_effort"}},
		{"off", "claude-sonnet-4-5", effort(request.EffortNone), none{"thinking": `{"type":"disabled"}`}, nil},
		{"off where there is none", "claude-3-5-haiku-latest", effort(request.EffortNone), none{}, nil},
		{"on where there is none", "claude-3-5-haiku-latest", effort(request.EffortLow), none{}, []string{"reasoning_effort"}},
		{"effort with a forced call", "claude-sonnet-4-5", func(r *request.Request) { withTool(request.ToolRequired)(r); r.ReasoningEffort = request.EffortLow },
			none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"any"}`}, []string{"reasoning_effort"}},
		{"off where it can't be", "claude-fable-5", effort(request.EffortNone), none{}, []string{"reasoning_effort"}},
		{"not with a forced call", "claude-sonnet-4-5", func(r *request.Request) { withTool(request.ToolRequired)(r); r.ReasoningBudget = 2000 },
			none{"tools": `[` + strictJSON + `]`, "tool_choice": `{"type":"any"}`}, []string{"reasoning_budget"}},
		{"not with sampling", "claude-sonnet-4-5", func(r *request.Request) {
			r.ReasoningBudget, r.Temperature, r.TopP, r.TopK, r.MaxTokens = 2000, new(0.5), new(0.5), new(5), 9000
		}, none{"thinking": `{"type":"enabled","budget_tokens":2000}`, "max_tokens": "9000"}, []string{"temperature", "top_p", "top_k"}},
		{"with what it takes of sampling", "claude-3-7-sonnet", func(r *request.Request) {
			r.ReasoningBudget, r.Temperature, r.TopP, r.MaxTokens = 2000, new(1.0), new(0.95), 9000
		}, none{"thinking": `{"type":"enabled","budget_tokens":2000}`, "temperature": "1", "top_p": "0.95", "max_tokens": "9000"}, nil},
	})
}

func TestDescribedModels(t *testing.T) {
	described := func(c *anthropic.Config) {
		c.Capabilities = func(string) request.Capabilities { return request.Capabilities{Known: true, MaxOutputTokens: 777} }
	}
	req := canned.Ask()
	req.Temperature, req.ReasoningBudget = new(0.5), 2000
	body, warnings := encoded(t, req, described)
	if diff := cmp.Diff(none{"max_tokens": "777"}, fields(t, body)); diff != "" || len(warnings) != 2 || warnings[0].Field != "reasoning_budget" || warnings[1].Field != "temperature" {
		t.Errorf("sent %s, warnings %v", body, warnings)
	}
}
