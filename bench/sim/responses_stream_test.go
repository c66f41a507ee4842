package sim_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// musing asks for reasoning that is shown.
const musing = `"reasoning":{"effort":"low","summary":"auto"}`

// random is what differs from answer to answer.
var random = regexp.MustCompile(`"(id|item_id|call_id|obfuscation|encrypted_content)":"[^"]*",?`)

// passing shows the events of a stream without what is random, and without the responses, which are shown by their state.
func passing(list []signal) (out []string) {
	for _, s := range list {
		if s.Response != nil {
			out = append(out, s.name+" "+s.Response.Status+" "+fmt.Sprint(len(s.Response.Output)))
			continue
		}
		raw := strings.TrimPrefix(random.ReplaceAllString(s.raw, ""), `{"type":"response.`)
		out = append(out, strings.Replace(raw, fmt.Sprintf(`,"sequence_number":%d`, *s.Sequence), "", 1))
	}
	return out
}

func TestResponsesStreamSequence(t *testing.T) {
	const created, progress, completed = "response.created in_progress 0", "response.in_progress in_progress 0", "response.completed completed 1"
	message := func(state, content string) string {
		return `"item":{"type":"message","status":"` + state + `","content":[` + content + `],"role":"assistant"},"output_index":`
	}
	part := func(text string) string {
		return `{"type":"output_text","annotations":[],"logprobs":[],"text":"` + text + `"}`
	}
	call := func(state, arguments string) string {
		return `"item":{"type":"function_call","status":"` + state + `","arguments":"` + arguments + `","name":"f"},"output_index":1}`
	}
	for _, tt := range []struct {
		name   string
		answer sim.Answer
		more   string
		want   []string
	}{
		{"text", sim.Answer{Text: "Grüße"}, `"top_p":1`, []string{
			created, progress, `output_item.added",` + message("in_progress", "") + "0}", `content_part.added","content_index":0,"output_index":0,"part":` + part("") + "}",
			`output_text.delta","content_index":0,"delta":"Grüß","logprobs":[],"output_index":0}`, `output_text.delta","content_index":0,"delta":"e","logprobs":[],"output_index":0}`,
			`output_text.done","content_index":0,"logprobs":[],"output_index":0,"text":"Grüße"}`, `content_part.done","content_index":0,"output_index":0,"part":` + part("Grüße") + "}",
			`output_item.done",` + message("completed", part("Grüße")) + "0}", completed,
		}},
		{"refusal", sim.Answer{Refusal: "No."}, `"top_p":1`, []string{
			created, progress, `output_item.added",` + message("in_progress", "") + "0}", `content_part.added","content_index":0,"output_index":0,"part":{"type":"refusal","refusal":""}}`,
			`refusal.delta","content_index":0,"delta":"No.","output_index":0}`, `refusal.done","content_index":0,"output_index":0,"refusal":"No."}`,
			`content_part.done","content_index":0,"output_index":0,"part":{"type":"refusal","refusal":"No."}}`, `output_item.done",` + message("completed", `{"type":"refusal","refusal":"No."}`) + "0}", completed,
		}},
		{"reasoning and a call", sim.Answer{Reasoning: " Hm, so.", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":1}`}}}, musing + `,"include":["reasoning.encrypted_content"]`, []string{
			created, progress, `output_item.added","item":{"type":"reasoning","content":[],"summary":[]},"output_index":0}`,
			`reasoning_summary_part.added","output_index":0,"part":{"type":"summary_text","text":""},"summary_index":0}`,
			`reasoning_summary_text.delta","delta":" Hm,","output_index":0,"summary_index":0}`, `reasoning_summary_text.delta","delta":" so.","output_index":0,"summary_index":0}`,
			`reasoning_summary_text.done","output_index":0,"summary_index":0,"text":" Hm, so."}`, `reasoning_summary_part.done","output_index":0,"part":{"type":"summary_text","text":" Hm, so."},"summary_index":0}`,
			`output_item.done","item":{"type":"reasoning","content":[],"summary":[{"type":"summary_text","text":" Hm, so."}]},"output_index":0}`,
			`output_item.added",` + call("in_progress", ""), `function_call_arguments.delta","delta":"{\"a\"","output_index":1}`, `function_call_arguments.delta","delta":":1}","output_index":1}`,
			`function_call_arguments.done","arguments":"{\"a\":1}","output_index":1}`, `output_item.done",` + call("completed", `{\"a\":1}`), "response.completed completed 2",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(tt.answer)}, func(c *caller) {
				r := c.respond(flowing(inquire("Go on", tt.more)))
				r.unfolded()
				list, _ := signals(c.t, r.body)
				if got := passing(list); !slices.Equal(got, tt.want) {
					c.t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
				if ct := r.header.Get("Content-Type"); ct != "text/event-stream; charset=utf-8" {
					c.t.Errorf("content type %q", ct)
				}
			})
		})
	}
}

// A stream says the same as the answer in one piece.
func TestResponsesStreamAsWhole(t *testing.T) {
	for i, answer := range []sim.Answer{
		{Text: "Some text, “quoted”, <b>marked</b> & 🙂 ended.", Reasoning: "One, two, three."}, {Refusal: "No.", Reasoning: "?"}, {Reasoning: "Nothing to say."},
		{Text: "Let me see.", Reasoning: "Calls!", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":[1,2,3]}`}, {Name: "g"}, {Name: "h", Arguments: `{"long":"` + strings.Repeat("x", 99) + `"}`}}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(answer)}, func(c *caller) {
				for _, more := range []string{`"top_p":1`, `"max_output_tokens":16`, `"reasoning":{"effort":"low"}`, musing} {
					whole, stream := c.respond(inquire("Hello", more)).responded(), c.respond(flowing(inquire("Hello", more))).unfolded()
					if whole.shape() != stream.shape() || *whole.Usage != *stream.Usage {
						c.t.Errorf("%s: streamed %s %+v, whole %s %+v", more, stream.shape(), stream.Usage, whole.shape(), whole.Usage)
					}
				}
			})
		})
	}
}

// Thinking, shown or not, takes its time, and a stream is as long as the whole answer.
func TestResponsesPace(t *testing.T) {
	answer := sim.Answer{Text: "abcdefgh", Reasoning: "abcdefgh", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":1}`}}}
	for _, more := range []string{`"top_p":1`, `"reasoning":{"effort":"low"}`, musing} {
		inMemory(t, sim.Config{TTFT: sim.Constant(2), TokensPerSecond: sim.Constant(10), Respond: says(answer)}, func(c *caller) {
			start := time.Now()
			n := c.respond(inquire("Go", more)).responded().Usage.Output
			middle := time.Now()
			c.respond(flowing(inquire("Go", more))).unfolded()
			if whole, stream, want := middle.Sub(start), time.Since(middle), 2*time.Second+time.Duration(n-1)*time.Second/10; whole != want || stream != want {
				c.t.Errorf("%s: %d tokens took %v whole and %v streamed, want %v", more, n, whole, stream, want)
			}
		})
	}
}

func TestResponsesObfuscation(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		for options, want := range map[string]bool{`"stream_options":null`: true, `"stream_options":{"include_obfuscation":false}`: false} {
			r := c.respond(flowing(inquire("Hello", options)))
			r.unfolded()
			if got := strings.Contains(string(r.body), `"obfuscation":"`); got != want {
				c.t.Errorf("%s: obfuscation %v, want %v", options, got, want)
			}
		}
	})
}
