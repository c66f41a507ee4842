package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

const thinking = `"thinking":{"type":"enabled","budget_tokens":1024}`

// sequence shows the events of a stream without what is random.
func sequence(list []happening) (out []string) {
	for _, h := range list {
		switch h.name {
		case "message_start":
			h.raw = fmt.Sprintf("message_start %v %d", h.Message.StopReason, h.Message.Usage.Output)
		case "content_block_start", "content_block_delta":
			if h.Block.ID != "" {
				h.raw = strings.ReplaceAll(h.raw, h.Block.ID, "ID")
			} else {
				h.raw = fmt.Sprintf("%s %d %s%s %s%s%s", h.name, h.Index, h.Block.Type, h.Delta.Type, h.Delta.Text, h.Delta.Thinking, h.Delta.PartialJSON)
			}
		case "message_delta":
			h.raw = fmt.Sprintf("message_delta %s %s %d", or(h.Delta.StopReason, "null"), or(h.Delta.StopSequence, "null"), h.Usage.Output)
		}
		out = append(out, h.raw)
	}
	return out
}

func TestMessagesStreamSequence(t *testing.T) {
	const start, ping, stop, end = "message_start <nil> 1", `{"type": "ping"}`, `{"type":"content_block_stop","index":%d}`, `{"type":"message_stop"}`
	stopped := func(i int) string { return fmt.Sprintf(stop, i) }
	call := func(i int, name string) string {
		return fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":"ID","name":%q,"input":{},"caller":{"type":"direct"}}}`, i, name)
	}
	for _, tt := range []struct {
		name   string
		answer sim.Answer
		more   string
		want   []string
	}{
		{"text", sim.Answer{Text: "Grüße, Welt"}, `"top_k":1`, []string{start, "content_block_start 0 text ", ping, "content_block_delta 0 text_delta Grüß", "content_block_delta 0 text_delta e, W",
			"content_block_delta 0 text_delta elt", stopped(0), "message_delta end_turn null 3", end}},
		{"nothing", sim.Answer{}, `"top_k":1`, []string{"message_start <nil> 0", "message_delta end_turn null 0", end}},
		{"stop text", sim.Answer{Text: "One two"}, `"stop_sequences":["two"," two"]`, []string{start, "content_block_start 0 text ", ping, "content_block_delta 0 text_delta One", stopped(0), "message_delta stop_sequence  two 1", end}},
		{"cut short", sim.Answer{Text: "One two"}, `"max_tokens":1`, []string{start, "content_block_start 0 text ", ping, "content_block_delta 0 text_delta One ", stopped(0), "message_delta max_tokens null 1", end}},
		{"refusal", sim.Answer{Refusal: "No."}, `"top_k":1`, []string{start, "content_block_start 0 text ", ping, "content_block_delta 0 text_delta No.", stopped(0), "message_delta refusal null 1", end}},
		{"calls", sim.Answer{Text: "Now", ToolCalls: []sim.ToolCall{{Name: "a", Arguments: "{}"}, {Name: "b", Arguments: `{"x":2}`}}}, `"top_k":1`, []string{
			start, "content_block_start 0 text ", ping, "content_block_delta 0 text_delta Now", stopped(0),
			call(1, "a"), "content_block_delta 1 input_json_delta ", stopped(1),
			call(2, "b"), "content_block_delta 2 input_json_delta ", `content_block_delta 2 input_json_delta {"x"`, "content_block_delta 2 input_json_delta :2}", stopped(2),
			"message_delta tool_use null 14", end,
		}},
		{"thinking", sim.Answer{Text: "Yes", Reasoning: "So it is"}, thinking, []string{
			start, "content_block_start 0 thinking ", ping, "content_block_delta 0 thinking_delta So i", "content_block_delta 0 thinking_delta t is", "content_block_delta 0 signature_delta ", stopped(0),
			"content_block_start 1 text ", "content_block_delta 1 text_delta Yes", stopped(1), "message_delta end_turn null 3", end,
		}},
		{"redacted", sim.Answer{Text: "Yes", Reasoning: "So it is", Redacted: true}, thinking, []string{
			start, "content_block_start 0 redacted_thinking ", ping, stopped(0), "content_block_start 1 text ", "content_block_delta 1 text_delta Yes", stopped(1), "message_delta end_turn null 3", end,
		}},
		{"thinking unseen", sim.Answer{Text: "Yes", Reasoning: "So it is"}, `"thinking":{"type":"adaptive","display":"omitted"}`, []string{
			start, "content_block_start 0 thinking ", ping, "content_block_delta 0 signature_delta ", stopped(0), "content_block_start 1 text ", "content_block_delta 1 text_delta Yes", stopped(1), "message_delta end_turn null 3", end,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			anthropicBothWays(t, sim.Config{Respond: says(tt.answer)}, func(a anthropic) {
				r := a.send(flowing(prompt("Go on", tt.more)))
				r.good()
				list, rest := happenings(a.t, r.body)
				if got := sequence(list); !slices.Equal(got, tt.want) || rest != "" {
					a.t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
				if ct := r.header.Get("Content-Type"); ct != "text/event-stream; charset=utf-8" {
					a.t.Errorf("content type %q", ct)
				}
			})
		})
	}
}

// A stream says the same as the answer in one piece.
func TestMessagesStreamAsWhole(t *testing.T) {
	for i, answer := range []sim.Answer{
		{Text: "Some text, “quoted”, <b>marked</b> & 🙂 ended.", Reasoning: "One, two, three."}, {Refusal: "No.", Reasoning: "?"}, {Reasoning: "Nothing to say."}, {Text: "x", Reasoning: "y", Redacted: true},
		{Text: "Let me see.", Reasoning: "Calls!", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":[1,2,3]}`}, {Name: "g", Arguments: "{}"}, {Name: "h", Arguments: `{"long":"` + strings.Repeat("x", 99) + `"}`}}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			anthropicBothWays(t, sim.Config{Respond: says(answer)}, func(a anthropic) {
				for _, more := range []string{`"top_p":1`, `"stop_sequences":["e"]`, thinking, `"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}`, `"thinking":{"type":"adaptive","display":"omitted"}`} {
					whole, stream := a.send(prompt("Hello", more)).reply(), a.send(flowing(prompt("Hello", more))).settle()
					if whole.shape() != stream.shape() || or(whole.StopSequence, "") != or(stream.StopSequence, "") || whole.Usage != stream.Usage {
						a.t.Errorf("%s: streamed %s %+v, whole %s %+v", more, stream.shape(), stream.Usage, whole.shape(), whole.Usage)
					}
				}
			})
		})
	}
}

// Thinking, shown or not, takes its time, and a stream is as long as the whole answer.
func TestMessagesPace(t *testing.T) {
	answer := sim.Answer{Text: "abcdefgh", Reasoning: "abcdefgh", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":1}`}}}
	for _, more := range []string{`"top_k":1`, thinking, `"thinking":{"type":"adaptive","display":"omitted"}`} {
		anthropicInMemory(t, sim.Config{TTFT: sim.Constant(2), TokensPerSecond: sim.Constant(10), Respond: says(answer)}, func(a anthropic) {
			took := func(body string) (time.Duration, int) {
				start := time.Now()
				r := a.send(body)
				r.good()
				if strings.HasPrefix(string(r.body), "{") {
					return time.Since(start), r.reply().Usage.Output
				}
				return time.Since(start), r.settle().Usage.Output
			}
			whole, n := took(prompt("Go", more))
			stream, _ := took(flowing(prompt("Go", more)))
			if want := 2*time.Second + time.Duration(n-1)*time.Second/10; whole != want || stream != want {
				a.t.Errorf("%s: %d tokens took %v whole and %v streamed, want %v", more, n, whole, stream, want)
			}
		})
	}
}
