package sim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// says gives the same answer to everything.
func says(a sim.Answer) func(*sim.Prompt) *sim.Answer {
	return func(*sim.Prompt) *sim.Answer { return &a }
}

// deltas are what the chunks of a stream add, with the finish reason after it.
func deltas(t *testing.T, events []event) (list []string) {
	t.Helper()
	for _, e := range events {
		switch {
		case e.raw == "[DONE]":
			list = append(list, e.raw)
		case len(e.Choices) == 0:
			list = append(list, "usage")
		default:
			list = append(list, string(e.Choices[0].Delta)+or(e.Choices[0].FinishReason, ""))
		}
	}
	return list
}

func TestStreamSequence(t *testing.T) {
	call := sim.ToolCall{Name: "clock", Arguments: `{"zone":1}`}
	for _, tt := range []struct {
		name   string
		answer sim.Answer
		want   []string
	}{
		{"text", sim.Answer{Text: "Grüße, Welt"}, []string{`{"role":"assistant","content":"","refusal":null}`, `{"content":"Grüß"}`, `{"content":"e, W"}`, `{"content":"elt"}`, `{}stop`, "usage", "[DONE]"}},
		{"nothing", sim.Answer{}, []string{`{"role":"assistant","content":"","refusal":null}`, `{}stop`, "usage", "[DONE]"}},
		{"refusal", sim.Answer{Text: "unheard", Refusal: "I can't"}, []string{`{"role":"assistant","content":"","refusal":null}`, `{"refusal":"I ca"}`, `{"refusal":"n't"}`, `{}stop`, "usage", "[DONE]"}},
		{"call", sim.Answer{ToolCalls: []sim.ToolCall{call}}, []string{
			`{"role":"assistant","content":null,"refusal":null}`, `{"tool_calls":[{"index":0,"id":"ID","type":"function","function":{"name":"clock","arguments":""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"{\"zo"}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"ne\":"}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}`, `{}tool_calls`, "usage", "[DONE]",
		}},
		{"calls", sim.Answer{Text: "Now", ToolCalls: []sim.ToolCall{{Name: "a", Arguments: "{}"}, {Name: "b", Arguments: `{"x":2}`}}}, []string{
			`{"role":"assistant","content":"","refusal":null}`, `{"content":"Now"}`,
			`{"tool_calls":[{"index":0,"id":"ID","type":"function","function":{"name":"a","arguments":""}}]}`,
			`{"tool_calls":[{"index":1,"id":"ID","type":"function","function":{"name":"b","arguments":""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}`, `{"tool_calls":[{"index":1,"function":{"arguments":"{\"x\""}}]}`,
			`{"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]}`, `{}tool_calls`, "usage", "[DONE]",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(tt.answer)}, func(c *caller) {
				r := c.post(streamed(ask("Go on")))
				events := r.events()
				got := deltas(c.t, events)
				for i, a := range assemble(c.t, events)[0].calls {
					if len(a.ID) != len("call_")+24 || !strings.HasPrefix(a.ID, "call_") {
						c.t.Errorf("call %d has the id %q", i, a.ID)
					}
					for j := range got {
						got[j] = strings.ReplaceAll(got[j], a.ID, "ID")
					}
				}
				if !slices.Equal(got, tt.want) {
					c.t.Errorf("chunks\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
				if ct := r.header.Get("Content-Type"); ct != "text/event-stream; charset=utf-8" {
					c.t.Errorf("content type %q", ct)
				}
			})
		})
	}
}

// Every chunk carries the frame; usage is null until the end if it was asked for, and absent if not.
func TestStreamFrame(t *testing.T) {
	for _, include := range []string{"", `"stream_options":{"include_usage":true}`, `"stream_options":{"include_usage":false}`, `"stream_options":null`} {
		t.Run(include, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				fields := []string{`"stream":true`}
				if include != "" {
					fields = append(fields, include)
				}
				wanted := strings.HasSuffix(include, "true}")
				events := c.post(ask("Hello", fields...)).events()
				last := events[len(events)-1]
				if last.raw != "[DONE]" {
					c.t.Fatalf("the stream ends with %s", last.raw)
				}
				events = events[:len(events)-1]
				for i, e := range events {
					if e.ID != events[0].ID || e.Created != events[0].Created || e.Object != "chat.completion.chunk" || e.Model != "demo" || !strings.Contains(e.raw, `"system_fingerprint":null`) {
						c.t.Errorf("chunk %d: %s", i, e.raw)
					}
					checkUsage(c.t, e, wanted, i == len(events)-1)
				}
			})
		})
	}
}

func checkUsage(t *testing.T, e event, wanted, last bool) {
	t.Helper()
	switch {
	case !wanted:
		if e.Usage != nil || len(e.Choices) != 1 {
			t.Errorf("usage was not asked for: %s", e.raw)
		}
	case last:
		var u usage
		if err := json.Unmarshal(e.Usage, &u); err != nil || u.Total == 0 || e.Choices == nil || len(e.Choices) != 0 {
			t.Errorf("the last chunk has usage and no choices, not %s", e.raw)
		}
	default:
		if string(e.Usage) != "null" || len(e.Choices) != 1 {
			t.Errorf("before the last chunk, usage is null: %s", e.raw)
		}
	}
}

// A stream says the same as the answer in one piece.
func TestStreamAsWhole(t *testing.T) {
	for i, answer := range []sim.Answer{
		{Text: "Some text, “quoted”, <b>marked</b> & 🙂 ended."}, {Refusal: "No."}, {},
		{Text: "Let me see.", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":[1,2,3]}`}, {Name: "g"}, {Name: "h", Arguments: `{"long":"` + strings.Repeat("x", 99) + `"}`}}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(answer)}, func(c *caller) {
				for _, more := range []string{`"n":1`, `"max_tokens":7`, `"stop":"e"`, `"reasoning_effort":"low"`} {
					whole := c.post(ask("Hello", more)).complete()
					events := c.post(streamed(ask("Hello", more))).events()
					got, want := assemble(c.t, events)[0], whole.Choices[0]
					if got.text != or(want.Message.Content, "") || got.refusal != or(want.Message.Refusal, "") || got.finish != want.FinishReason {
						c.t.Errorf("%s: streamed %+v, whole %+v", more, got, want)
					}
					if calls(got.calls) != calls(want.Message.ToolCalls) {
						c.t.Errorf("%s: streamed %s, whole %s", more, calls(got.calls), calls(want.Message.ToolCalls))
					}
					var u usage
					if _ = json.Unmarshal(events[len(events)-2].Usage, &u); u != *whole.Usage {
						c.t.Errorf("%s: usage %+v streamed, %+v whole", more, u, *whole.Usage)
					}
				}
			})
		})
	}
}

// calls are shown without ids, which are random.
func calls(list []call) string {
	out := ""
	for _, c := range list {
		out += fmt.Sprintf("%s %s(%s) ", c.Type, c.Function.Name, c.Function.Arguments)
	}
	return out
}

func TestStreamObfuscation(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		for options, want := range map[string]bool{"": true, `"stream_options":{"include_obfuscation":false}`: false, `"stream_options":{"include_obfuscation":true}`: true} {
			body := ask("Hello")
			if options != "" {
				body = ask("Hello", options)
			}
			if got := strings.Contains(string(c.post(streamed(body)).body), `"obfuscation":"`); got != want {
				c.t.Errorf("%s: obfuscation %v, want %v", options, got, want)
			}
		}
	})
}
