package sim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// kit offers get_weather, set_alarm_clock and pay.
const kit = `"tools":[{"name":"get_weather","input_schema":` + weatherSchema + `},{"type":"custom","name":"set_alarm_clock","input_schema":{"type":"object","properties":{"at":{"type":"string"}}}},
	{"name":"pay","input_schema":{"type":"object"}}]`

// uses are the calls of an answer, whose arguments must fit.
func uses(t *testing.T, r reply) (names []string) {
	t.Helper()
	ids := map[string]bool{}
	for _, b := range r.Content {
		if b.Type != "tool_use" {
			continue
		}
		if names = append(names, b.Name); ids[b.ID] || len(b.ID) != len("toolu_01")+22 || !strings.HasPrefix(b.ID, "toolu_01") {
			t.Errorf("a call has the id %q", b.ID)
		}
		ids[b.ID] = true
		schema := `{"type":"object"}`
		if b.Name == "get_weather" {
			schema = weatherSchema
		}
		valid(t, schema, string(b.Input))
	}
	return names
}

func TestMessagesTools(t *testing.T) {
	choice := func(kind string) string { return `"tool_choice":{"type":` + kind + `}` }
	for name, tt := range map[string]struct {
		question, more string
		want           []string
	}{
		"auto, none due": {"Tell me a joke", `"top_k":1`, nil},
		"auto, one due":  {"What's the Weather in Oslo?", `"top_k":1`, []string{"get_weather"}},
		"auto, two due":  {"If the weather is good, set an alarm", choice(`"auto"`), []string{"get_weather", "set_alarm_clock"}},
		"one at a time":  {"If the weather is good, set an alarm", choice(`"auto","disable_parallel_tool_use":true`), []string{"get_weather"}},
		"none":           {"What's the weather?", choice(`"none"`), nil},
		"any":            {"Tell me a joke", choice(`"any"`), []string{"get_weather"}},
		"any, by name":   {"An alarm", choice(`"any"`), []string{"set_alarm_clock"}},
		"named":          {"What's the weather?", choice(`"tool","name":"pay"`), []string{"pay"}},
	} {
		t.Run(name, func(t *testing.T) {
			anthropicBothWays(t, sim.Config{}, func(a anthropic) {
				body := prompt(tt.question, kit, tt.more)
				for _, got := range []reply{a.send(body).reply(), a.send(flowing(body)).settle()} {
					want := "end_turn"
					if tt.want != nil {
						want = "tool_use"
					}
					if names := uses(a.t, got); !slices.Equal(names, tt.want) || or(got.StopReason, "") != want || (got.text() == "") != (tt.want != nil) {
						a.t.Errorf("calls %v, want %v: %s", names, tt.want, got.shape())
					}
				}
			})
		})
	}
}

// The tools that the vendor runs are not called, nor is one that was named.
func TestMessagesServedTools(t *testing.T) {
	anthropicInMemory(t, sim.Config{}, func(a anthropic) {
		tools := `"tools":[{"type":"web_search_20250305","name":"web_search"},{"type":"bash_20250124","name":"bash"}]`
		if got := a.send(prompt("search with bash", tools)).reply(); !slices.Equal(uses(a.t, got), []string{"bash"}) {
			a.t.Errorf("%s", got.shape())
		}
		if got := a.send(prompt("search", tools, `"tool_choice":{"type":"tool","name":"web_search"}`)).reply(); uses(a.t, got) != nil || got.text() == "" {
			a.t.Errorf("%s", got.shape())
		}
	})
}

func TestMessagesStructured(t *testing.T) {
	anthropicBothWays(t, sim.Config{}, func(a anthropic) {
		for _, more := range []string{`"output_config":{"format":{"type":"json_schema","schema":` + weatherSchema + `}}`, `"output_format":{"type":"json_schema","schema":` + weatherSchema + `}`} {
			valid(a.t, weatherSchema, a.send(prompt("Oslo", more)).reply().text())
			valid(a.t, weatherSchema, a.send(flowing(prompt("Oslo", more))).settle().text())
		}
	})
}

// Arguments that are no object, or break off, are an empty object in a whole answer, and in a stream what they are.
func TestMessagesBrokenArguments(t *testing.T) {
	for arguments, more := range map[string]string{"not JSON": `"max_tokens":100`, `["list"]`: `"max_tokens":100`, `{"long":"` + strings.Repeat("x", 99) + `"}`: `"max_tokens":10`} {
		anthropicInMemory(t, sim.Config{Respond: says(sim.Answer{ToolCalls: []sim.ToolCall{{Name: "f", Arguments: arguments}}})}, func(a anthropic) {
			whole := a.send(prompt("Go", more)).reply()
			if string(whole.Content[0].Input) != "{}" {
				a.t.Errorf("%s", whole.shape())
			}
			r := a.send(flowing(prompt("Go", more)))
			r.good()
			list, _ := happenings(a.t, r.body)
			pieces := ""
			for _, h := range list {
				pieces += h.Delta.PartialJSON
			}
			if pieces == "" || !strings.HasPrefix(arguments, pieces) {
				a.t.Errorf("streamed %q of %q", pieces, arguments)
			}
		})
	}
}

func TestMessagesThinking(t *testing.T) {
	anthropicBothWays(t, sim.Config{}, func(a anthropic) {
		last := 0
		for _, effort := range []string{"low", "medium", "high", "xhigh", "max"} {
			got := a.send(prompt("Hello", `"thinking":{"type":"adaptive"}`, `"output_config":{"effort":`+quote(effort)+`}`)).reply()
			if n := got.Usage.Details.Thinking; n <= last || got.Content[0].Type != "thinking" || len(strings.Fields(got.Content[0].Thinking)) != n || got.Usage.Output <= n {
				a.t.Errorf("%s: usage %+v, after %d at the level below", effort, got.Usage, last)
			}
			last = got.Usage.Details.Thinking
		}
		budget := func(n int) int {
			return a.send(prompt("Hello", fmt.Sprintf(`"thinking":{"type":"enabled","budget_tokens":%d}`, n), `"max_tokens":90000`)).reply().Usage.Details.Thinking
		}
		if few, many, most := budget(1024), budget(4096), budget(80000); few != 64 || many != 256 || most != 512 {
			a.t.Errorf("budgets give %d, %d and %d tokens of thinking", few, many, most)
		}
		if got := a.send(prompt("Hello")); strings.Contains(string(got.body), "thinking") {
			a.t.Errorf("unasked: %s", got.body)
		}
		if got := a.send(prompt("Hello", `"thinking":{"type":"adaptive"}`, `"max_tokens":9`)).reply(); got.Usage.Output != 9 || len(got.Content) != 1 || or(got.StopReason, "") != "max_tokens" {
			a.t.Errorf("thinking that ends at the maximum: %s", got.shape())
		}
	})
}

// A loop of tools with thinking: what came goes back as it came, or is refused.
func TestMessagesThinkingLoop(t *testing.T) {
	for name, answer := range map[string]sim.Answer{"shown": {Reasoning: "I need the clock."}, "redacted": {Reasoning: "Secret.", Redacted: true}, "made up": {}} {
		t.Run(name, func(t *testing.T) {
			cfg := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
				if len(p.Results) > 0 {
					return &sim.Answer{Text: p.Results[0].Name + ": " + p.Results[0].Text}
				}
				call := answer
				call.ToolCalls = []sim.ToolCall{{Name: "clock", Arguments: "{}"}}
				return &call
			}}
			anthropicBothWays(t, cfg, func(a anthropic) {
				for _, display := range []string{`"enabled","budget_tokens":1024`, `"adaptive","display":"omitted"`} {
					how := `"thinking":{"type":` + display + `}`
					var first struct{ Content json.RawMessage }
					r := a.send(prompt("The time?", clock, how))
					if r.good(); json.Unmarshal(r.body, &first) != nil {
						a.t.Fatalf("%s", r.body)
					}
					results := said("user", `{"type":"tool_result","tool_use_id":`+quote(r.reply().Content[1].ID)+`,"content":"noon"}`)
					again := func(content string) *result {
						a.t.Helper()
						return a.send(turns([]string{user, `{"role":"assistant","content":` + content + `}`, results}, clock, how))
					}
					if got := again(string(first.Content)).reply().text(); got != "clock: noon" {
						a.t.Errorf("the answer to the result: %q", got)
					}
					forged := strings.NewReplacer(`"signature":"`, `"signature":"QUJD`, `"data":"`, `"data":"?`).Replace(string(first.Content))
					if e := again(forged).trouble().Error.Message; !strings.HasPrefix(e, "messages.1.content.0: Invalid `") {
						a.t.Errorf("a changed signature: %s", e)
					}
				}
			})
		})
	}
}
