package sim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/seed63918563/llmgate/bench/sim"
)

const weatherSchema = `{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":14},
	"unit":{"enum":["celsius","fahrenheit"]}},"required":["city","days","unit"],"additionalProperties":false}`

// toolbox offers get_weather, set_alarm_clock and pay.
const toolbox = `"tools":[{"type":"function","function":{"name":"get_weather","parameters":` + weatherSchema + `}},
	{"type":"function","function":{"name":"set_alarm_clock","parameters":{"type":"object","properties":{"at":{"type":"string"}}}}},
	{"type":"function","function":{"name":"pay"}}]`

// valid fails the test unless a document is valid under a schema.
func valid(t *testing.T, schema, document string) {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	var instance any
	if err := json.Unmarshal([]byte(document), &instance); err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	if err := resolved.Validate(instance); err != nil {
		t.Errorf("%v: %s", err, document)
	}
}

func TestAnswerTools(t *testing.T) {
	const named = `"tool_choice":{"type":"function","function":{"name":"set_alarm_clock"}}`
	for name, tt := range map[string]struct {
		question, more string
		want           []string
		finish         string
	}{
		"auto, none due":      {"Tell me a joke", ``, nil, "stop"},
		"auto, one due":       {"What's the Weather in Oslo?", ``, []string{"get_weather"}, "tool_calls"},
		"auto, said":          {"What's the weather?", `,"tool_choice":"auto"`, []string{"get_weather"}, "tool_calls"},
		"auto, two due":       {"If the weather is good, set an alarm", ``, []string{"get_weather", "set_alarm_clock"}, "tool_calls"},
		"one at a time":       {"If the weather is good, set an alarm", `,"parallel_tool_calls":false`, []string{"get_weather"}, "tool_calls"},
		"short words are not": {"Get set to pay", ``, nil, "stop"},
		"none":                {"What's the weather?", `,"tool_choice":"none"`, nil, "stop"},
		"required":            {"Tell me a joke", `,"tool_choice":"required"`, []string{"get_weather"}, "tool_calls"},
		"required, by name":   {"An alarm", `,"tool_choice":"required"`, []string{"set_alarm_clock"}, "tool_calls"},
		"named":               {"What's the weather?", `,` + named, []string{"set_alarm_clock"}, "stop"},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				body := ask(tt.question, toolbox+tt.more)
				whole := c.post(body).complete().Choices[0]
				stream := assemble(c.t, c.post(streamed(body)).events())[0]
				if whole.FinishReason != tt.finish || stream.finish != tt.finish {
					c.t.Errorf("finish reasons %q and %q, want %q", whole.FinishReason, stream.finish, tt.finish)
				}
				for _, got := range [][]call{whole.Message.ToolCalls, stream.calls} {
					checkCalls(c.t, got, tt.want)
				}
				if tt.want != nil && (whole.Message.Content != nil || stream.text != "") {
					c.t.Errorf("text beside the calls: %q, %q", or(whole.Message.Content, ""), stream.text)
				}
			})
		})
	}
}

func checkCalls(t *testing.T, got []call, want []string) {
	t.Helper()
	var names, ids []string
	for _, c := range got {
		names, ids = append(names, c.Function.Name), append(ids, c.ID)
		if c.Type != "function" {
			t.Errorf("type %q", c.Type)
		}
		if c.Function.Name == "get_weather" {
			valid(t, weatherSchema, c.Function.Arguments)
		} else {
			valid(t, `{"type":"object"}`, c.Function.Arguments)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("calls %v, want %v", names, want)
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(got) {
		t.Errorf("calls share an id: %v", ids)
	}
}

// With the results, the model answers in text, unless a call is required.
func TestAnswerToolResults(t *testing.T) {
	bothWays(t, sim.Config{}, func(c *caller) {
		turn := []string{`{"role":"user","content":"What's the weather in Oslo?"}`, strings.ReplaceAll(calling, "clock", "get_weather"), `{"role":"tool","tool_call_id":"call_1","content":"weather: rain"}`}
		history := `"messages":[` + strings.Join(turn, ",") + `]`
		if text := c.post(talk(history, toolbox)).text(); !strings.Contains(text, "What's the weather in Oslo?") {
			c.t.Errorf("text %q", text)
		}
		checkCalls(c.t, c.post(talk(history, toolbox, `"tool_choice":"required"`)).complete().Choices[0].Message.ToolCalls, []string{"get_weather"})
		again := `"messages":[` + strings.Join(append(turn, `{"role":"user","content":"And an alarm"}`), ",") + `]`
		checkCalls(c.t, c.post(talk(again, toolbox)).complete().Choices[0].Message.ToolCalls, []string{"set_alarm_clock"})
	})
}

func TestAnswerJSON(t *testing.T) {
	const deep = `{"type":"object","properties":{"name":{"type":"string","minLength":1},"tags":{"type":"array","items":{"type":"string"},"minItems":2,"maxItems":3},
		"parent":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/person"}]},"score":{"type":"number","minimum":0,"exclusiveMaximum":1}},
		"required":["name","tags","parent","score"],"additionalProperties":false,
		"$defs":{"person":{"type":"object","properties":{"age":{"type":"integer","minimum":0}},"required":["age"],"additionalProperties":false}}}`
	for name, tt := range map[string]struct{ format, schema string }{
		"object": {`{"type":"json_object"}`, `{"type":"object","required":["answer"]}`},
		"flat":   {`{"type":"json_schema","json_schema":{"name":"weather","strict":true,"schema":` + weatherSchema + `}}`, weatherSchema},
		"deep":   {`{"type":"json_schema","json_schema":{"name":"person","strict":true,"schema":` + deep + `}}`, deep},
		"any":    {`{"type":"json_schema","json_schema":{"name":"any"}}`, `{"type":"object"}`},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				for i := range 5 {
					body := ask(fmt.Sprint("JSON please ", i), `"response_format":`+tt.format)
					valid(c.t, tt.schema, c.post(body).text())
					valid(c.t, tt.schema, assemble(c.t, c.post(streamed(body)).events())[0].text)
				}
			})
		})
	}
}

// Respond decides, gets what was asked, and leaves to the simulator what it doesn't want.
func TestAnswerRespond(t *testing.T) {
	var heard []sim.Prompt
	cfg := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		heard = append(heard, *p)
		switch p.Text {
		case "refuse":
			return &sim.Answer{Text: "unheard", Refusal: "I won't."}
		case "call":
			return &sim.Answer{ToolCalls: []sim.ToolCall{{Name: "made_up", Arguments: `not JSON`}}}
		case "speak":
			return &sim.Answer{Text: "As told."}
		}
		return nil
	}}
	inMemory(t, cfg, func(c *caller) {
		refused := c.post(ask("refuse")).complete().Choices[0]
		if or(refused.Message.Refusal, "") != "I won't." || refused.Message.Content != nil || refused.FinishReason != "stop" {
			c.t.Errorf("refusal %+v", refused)
		}
		called := c.post(ask("call", toolbox)).complete().Choices[0]
		if got := calls(called.Message.ToolCalls); got != "function made_up(not JSON) " || called.FinishReason != "tool_calls" {
			c.t.Errorf("calls %q, finish reason %q", got, called.FinishReason)
		}
		if text := c.post(ask("speak")).text(); text != "As told." {
			c.t.Errorf("text %q", text)
		}
		if text := c.post(messages(`{"role":"system","content":"S"}`, user, `{"role":"assistant","content":"B"}`)).text(); !strings.HasPrefix(text, "Simulated") {
			c.t.Errorf("text %q", text)
		}
	})
	want := []sim.Prompt{
		{Model: "demo", Text: "refuse", Turns: 1}, {Model: "demo", Text: "call", Turns: 1, Tools: []string{"get_weather", "set_alarm_clock", "pay"}},
		{Model: "demo", Text: "speak", Turns: 1}, {Model: "demo", System: "S", Text: "Hello", Turns: 3},
	}
	if fmt.Sprintf("%+v", heard) != fmt.Sprintf("%+v", want) {
		t.Errorf("Respond heard %+v, want %+v", heard, want)
	}
}

func TestAnswerStop(t *testing.T) {
	const text = "One two three four. Größe 5."
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: text})}, func(c *caller) {
		for stop, want := range map[string]string{
			`"three"`: "One two ", `[" four","two"]`: "One ", `"öß"`: "One two three four. Gr", `"5."`: "One two three four. Größe ",
			`"One"`: "", `"nine"`: text, `[]`: text, `null`: text, `""`: text, `["", "."]`: "One two three four",
		} {
			whole := c.post(ask("Hello", `"stop":`+stop)).complete().Choices[0]
			stream := assemble(c.t, c.post(streamed(ask("Hello", `"stop":`+stop))).events())[0]
			if or(whole.Message.Content, "absent") != want || stream.text != want || whole.FinishReason != "stop" || stream.finish != "stop" {
				c.t.Errorf("stop %s: %q and %q, want %q; finish reasons %q and %q", stop, or(whole.Message.Content, "absent"), stream.text, want, whole.FinishReason, stream.finish)
			}
		}
	})
}

func TestAnswerMaxTokens(t *testing.T) {
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})}, func(c *caller) {
		for _, field := range []string{"max_tokens", "max_completion_tokens"} {
			for n, want := range map[int]string{1: "length", 9: "length", 10: "stop", 11: "stop"} {
				got := c.post(ask("Hello", fmt.Sprintf("%q:%d", field, n))).complete()
				if text := or(got.Choices[0].Message.Content, ""); got.Usage.Completion != min(n, 10) || len(text) != 4*min(n, 10) || got.Choices[0].FinishReason != want {
					c.t.Errorf("%s of %d: %d tokens, %q, finish reason %q", field, n, got.Usage.Completion, text, got.Choices[0].FinishReason)
				}
			}
		}
	})
}

// Thinking uses tokens up first, and arguments break off where they end.
func TestAnswerMaxTokensElsewhere(t *testing.T) {
	answer := sim.Answer{Text: "abcdefgh", ToolCalls: []sim.ToolCall{{Name: "clock", Arguments: `{"zone":"utc"}`}, {Name: "clock", Arguments: "{}"}}}
	inMemory(t, sim.Config{Respond: says(answer)}, func(c *caller) {
		full := c.post(ask("Hello")).complete()
		for n := 1; n <= full.Usage.Completion+1; n++ {
			got := c.post(ask("Hello", fmt.Sprintf(`"max_tokens":%d`, n))).complete()
			want := map[bool]string{true: "length", false: "tool_calls"}[n < full.Usage.Completion]
			if got.Usage.Completion > n || got.Choices[0].FinishReason != want || !strings.HasPrefix(calls(full.Choices[0].Message.ToolCalls), strings.TrimSuffix(calls(got.Choices[0].Message.ToolCalls), ") ")) {
				c.t.Errorf("max_tokens of %d: %+v, %+v", n, got.Usage, got.Choices[0])
			}
		}
		thinking := c.post(ask("Hello", `"reasoning_effort":"low"`, `"max_completion_tokens":65`)).complete()
		if u := thinking.Usage; u.Completion != 65 || u.Details.Reasoning != 64 || or(thinking.Choices[0].Message.Content, "") != "abcd" {
			c.t.Errorf("usage %+v, text %q", u, or(thinking.Choices[0].Message.Content, ""))
		}
		none := c.post(ask("Hello", `"reasoning_effort":"high"`, `"max_completion_tokens":50`)).complete()
		if u := none.Usage; u.Completion != 50 || u.Details.Reasoning != 50 || or(none.Choices[0].Message.Content, "absent") != "" || none.Choices[0].FinishReason != "length" {
			c.t.Errorf("usage %+v, choice %+v", u, none.Choices[0])
		}
	})
}

func TestAnswerReasoning(t *testing.T) {
	bothWays(t, sim.Config{Respond: says(sim.Answer{Text: "abcdefgh"})}, func(c *caller) {
		last := -1
		for _, effort := range []string{"none", "minimal", "low", "medium", "high", "xhigh"} {
			u := c.post(ask("Hello", `"reasoning_effort":`+quote(effort))).complete().Usage
			if u.Completion != 2+u.Details.Reasoning || u.Details.Reasoning <= last {
				c.t.Errorf("%s: usage %+v, after %d at the level below", effort, u, last)
			}
			last = u.Details.Reasoning
		}
	})
}

func TestAnswerLength(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		shortest, longest := 1000, 0
		for i := range 100 {
			n := len(strings.Fields(c.post(ask(fmt.Sprint("x", i))).text())) - len(strings.Fields("Simulated answer to “x1”:"))
			shortest, longest = min(shortest, n), max(longest, n)
		}
		if shortest < 20 || longest > 120 || longest-shortest < 50 {
			c.t.Errorf("answers of %d to %d words, want 20 to 120", shortest, longest)
		}
	})
}
