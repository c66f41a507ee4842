package sim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestMessagesComplete(t *testing.T) {
	anthropicBothWays(t, sim.Config{OutputTokens: sim.Constant(30)}, func(a anthropic) {
		r := a.send(prompt("Why is the sky blue?"))
		got := r.reply()
		if got.Model != "demo" || len(got.Content) != 1 || got.Content[0].Type != "text" || or(got.StopReason, "") != "end_turn" || got.StopSequence != nil {
			a.t.Errorf("%+v", got)
		}
		if text := got.text(); !strings.HasPrefix(text, "Simulated answer to “Why is the sky blue?”: ") || !strings.HasSuffix(text, ".") {
			a.t.Errorf("text %q", text)
		}
		if r.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(r.header.Get("Request-Id"), "req_011") || r.header.Get("Date") == "" {
			a.t.Errorf("header %v", r.header)
		}
		if st := a.sim.Stats(); st.Answered != 1 || st.InputTokens != int64(got.Usage.Input) || st.OutputTokens != int64(got.Usage.Output) {
			a.t.Errorf("stats %+v, usage %+v", st, got.Usage)
		}
	})
}

// The document has the vendor's fields, each as the vendor writes it: null is not absent.
func TestMessagesFields(t *testing.T) {
	anthropicInMemory(t, sim.Config{Respond: says(sim.Answer{Text: "Hi", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":1}`}}})}, func(a anthropic) {
		body := a.send(prompt("Hello")).body
		var got map[string]json.RawMessage
		if err := json.Unmarshal(body, &got); err != nil {
			a.t.Fatal(err)
		}
		keys := []string{"content", "id", "model", "role", "stop_reason", "stop_sequence", "type", "usage"}
		if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, keys) {
			a.t.Errorf("fields %v, want %v", have, keys)
		}
		for _, part := range []string{`"stop_sequence":null`, `{"type":"text","text":"Hi"}`, `"name":"f","input":{"a":1},"caller":{"type":"direct"}}`, `"id":"toolu_01`,
			`"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":`, `"service_tier":"standard"`} {
			if !strings.Contains(string(body), part) {
				a.t.Errorf("no %s in %s", part, body)
			}
		}
	})
}

func TestMessagesKeys(t *testing.T) {
	anthropicBothWays(t, sim.Config{APIKeys: []string{"sk-ant-known"}}, func(a anthropic) {
		for _, path := range []string{"messages", "messages/count_tokens", "models", "models/demo"} {
			method, body := http.MethodGet, ""
			if strings.HasPrefix(path, "messages") {
				method, body = http.MethodPost, talk(`"messages":[`+user+`]`)
			}
			if path == "messages" {
				body = prompt("Hello")
			}
			for header, want := range map[[2]string]string{
				{"X-Other", "x"}: "x-api-key header is required", {"X-Api-Key", "sk-ant-other"}: "invalid x-api-key", {"Authorization", "Bearer sk-ant-other"}: "invalid x-api-key",
				{"X-Api-Key", "sk-ant-known"}: "", {"Authorization", "Bearer sk-ant-known"}: "",
			} {
				a.header = http.Header{"Anthropic-Version": {"2023-06-01"}, header[0]: {header[1]}}
				r := a.do(method, path, body)
				if want == "" {
					r.good()
				} else if e := r.trouble(); r.status != http.StatusUnauthorized || e.Error.Type != "authentication_error" || e.Error.Message != want {
					a.t.Errorf("%s with %v: %d %s", path, header, r.status, r.body)
				}
			}
		}
	})
}

func TestMessagesVersion(t *testing.T) {
	anthropicInMemory(t, sim.Config{}, func(a anthropic) {
		for version, want := range map[string]string{"": "anthropic-version: header is required", "2020-01-01": `anthropic-version: "2020-01-01" is not a valid version`} {
			a.header = http.Header{"Anthropic-Version": {version}}
			for _, path := range []string{"messages", "messages/count_tokens"} {
				if r := a.do(http.MethodPost, path, prompt("Hello")); r.status != http.StatusBadRequest || r.trouble().Error.Message != want {
					a.t.Errorf("%q: %d %s", version, r.status, r.body)
				}
			}
		}
	})
}

func TestMessagesModels(t *testing.T) {
	anthropicBothWays(t, sim.Config{Models: []string{"small", "large"}}, func(a anthropic) {
		var list struct {
			Data []struct {
				Type, ID    string
				DisplayName string `json:"display_name"`
			}
			HasMore *bool  `json:"has_more"`
			LastID  string `json:"last_id"`
		}
		if err := json.Unmarshal(a.do(http.MethodGet, "models", "").body, &list); err != nil {
			a.t.Fatal(err)
		}
		if len(list.Data) != 2 || list.Data[1].ID != "large" || list.Data[1].Type != "model" || list.HasMore == nil || *list.HasMore || list.LastID != "large" {
			a.t.Errorf("models %+v", list)
		}
		if r := a.do(http.MethodGet, "models/large", ""); !strings.Contains(string(r.body), `"id":"large","display_name":"large"`) {
			a.t.Errorf("one model: %s", r.body)
		}
		for model, r := range map[string]*result{"huge": a.do(http.MethodGet, "models/huge", ""), "demo": a.send(prompt("Hello"))} {
			if e := r.trouble(); r.status != http.StatusNotFound || e.Error.Type != "not_found_error" || e.Error.Message != "model: "+model {
				a.t.Errorf("an unknown model: %d %s", r.status, r.body)
			}
		}
		if r := a.do(http.MethodPost, "messages/count_tokens", talk(`"messages":[`+user+`]`)); r.status != http.StatusNotFound {
			a.t.Errorf("counting for an unknown model: %d %s", r.status, r.body)
		}
	})
}

func TestMessagesUnknownURL(t *testing.T) {
	anthropicBothWays(t, sim.Config{}, func(a anthropic) {
		for path, want := range map[string]string{"messages": "405 invalid_request_error", "messages/count_tokens": "405 invalid_request_error", "messages/batches": "404 not_found_error"} {
			r := a.do(http.MethodGet, path, "")
			if got := fmt.Sprint(r.status, " ", r.trouble().Error.Type); got != want {
				a.t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
	})
}

func TestMessagesContext(t *testing.T) {
	anthropicInMemory(t, sim.Config{ContextTokens: 100}, func(a anthropic) {
		for body, want := range map[string]string{
			prompt("Hello", `"max_tokens":100`):                        "exceed context limit",
			prompt(strings.Repeat("word ", 200), `"max_tokens":1`):     "prompt is too long",
			prompt(strings.Repeat("word ", 200), `"max_tokens":99999`): "prompt is too long",
		} {
			if r := a.send(body); r.status != http.StatusBadRequest || r.trouble().Error.Type != "invalid_request_error" || !strings.Contains(r.trouble().Error.Message, want) {
				a.t.Errorf("%d %s, want %q", r.status, r.body, want)
			}
		}
		a.send(prompt("Hello", `"max_tokens":80`)).good()
	})
}

// Counting gives what the answer's usage will say, and is no request for an answer.
func TestMessagesCountTokens(t *testing.T) {
	cfg := sim.Config{Limits: sim.Limits{RPM: 3}, Script: []sim.Fault{{}, {}, {}, {Kind: sim.FaultReset}}}
	anthropicBothWays(t, cfg, func(a anthropic) {
		for i, fields := range []string{
			`"messages":[` + user + `]`,
			`"messages":[` + user + `],"system":"Be brief.","tools":[{"name":"clock","input_schema":{"type":"object"}}]`,
			`"messages":[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image","source":{"type":"url","url":"https://x.invalid/a.png"}}]}],"thinking":{"type":"enabled","budget_tokens":9000}`,
		} {
			var got map[string]int
			for range 4 {
				if err := json.Unmarshal(a.do(http.MethodPost, "messages/count_tokens", talk(fields)).body, &got); err != nil {
					a.t.Fatal(err)
				}
			}
			want := a.send(talk(fields, `"max_tokens":20000`)).reply().Usage.Input
			if len(got) != 1 || got["input_tokens"] != want || want == 0 {
				a.t.Errorf("%d: counted %v, usage %d", i, got, want)
			}
		}
		if st := a.sim.Stats(); st.Requests != 3 || st.Answered != 3 || st.RateLimited != 0 || st.Faults != 0 {
			a.t.Errorf("stats %+v", st)
		}
	})
}

func TestMessagesUsageGrows(t *testing.T) {
	anthropicInMemory(t, sim.Config{}, func(a anthropic) {
		input := func(body string) int { return a.send(body).reply().Usage.Input }
		plain := input(prompt("Hello"))
		for name, body := range map[string]string{
			"a longer text": prompt("Hello, how are you today?"),
			"system":        prompt("Hello", `"system":"Be brief."`),
			"blocks":        prompt("Hello", `"system":[{"type":"text","text":"Be brief."}]`),
			"an image":      turns([]string{`{"role":"user","content":[{"type":"text","text":"Hello"},{"type":"image","source":{"type":"url","url":"https://x.invalid/a.png"}}]}`}),
			"a tool":        prompt("Hello", `"tools":[{"name":"clock","input_schema":{"type":"object"}}]`),
			"a schema":      prompt("Hello", `"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}`),
		} {
			if got := input(body); got <= plain {
				a.t.Errorf("%s: %d tokens, and %d without", name, got, plain)
			}
		}
	})
}
