package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

const thoughtful = `"generationConfig":{"thinkingConfig":{"includeThoughts":true}}`

// chunks shows the pieces of an answer: what each says, why it ends, and the counts by then.
func chunks(list []candidates) (out []string) {
	for _, p := range list {
		if p.PromptFeedback != nil {
			out = append(out, "blocked "+p.PromptFeedback.BlockReason)
			continue
		}
		c := p.Candidates[0]
		text := ""
		for _, one := range c.Content.Parts {
			text += one.show()
			if one.ThoughtSignature != "" {
				text += " signed"
			}
		}
		out = append(out, fmt.Sprintf("%s %s %d+%d", text, c.FinishReason, p.UsageMetadata.Thoughts, p.UsageMetadata.Candidates))
	}
	return out
}

func TestGenerateStreamSequence(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer sim.Answer
		more   string
		want   []string
	}{
		{"text", sim.Answer{Text: "Grüße, Welt"}, `"labels":{}`, []string{"Grüß  0+1", "e, W  0+2", "elt  0+3", " STOP 0+3"}},
		{"nothing", sim.Answer{}, `"labels":{}`, []string{" STOP 0+0"}},
		{"stop text", sim.Answer{Text: "One two"}, `"generationConfig":{"stopSequences":[" two"]}`, []string{"One  0+1", " STOP 0+1"}},
		{"cut short", sim.Answer{Text: "One two"}, `"generationConfig":{"maxOutputTokens":1}`, []string{"One   0+1", " MAX_TOKENS 0+1"}},
		{"thinking", sim.Answer{Text: "Yes", Reasoning: "So it is"}, thoughtful, []string{"(So i)  1+0", "(t is)  2+0", "Yes  2+1", " signed STOP 2+1"}},
		{"thinking unseen", sim.Answer{Text: "Yes", Reasoning: "So it is"}, `"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}`, []string{"Yes  2+1", " signed STOP 2+1"}},
		{"thinking cut short", sim.Answer{Text: "Yes", Reasoning: "So it is"}, `"generationConfig":{"maxOutputTokens":1,"thinkingConfig":{"includeThoughts":true}}`, []string{"(So i)  1+0", " signed MAX_TOKENS 1+0"}},
		{"calls", sim.Answer{Text: "Now", ToolCalls: []sim.ToolCall{{Name: "a", Arguments: "{}"}, {Name: "b", Arguments: `{"x":2}`}}}, `"labels":{}`, []string{
			"Now  0+1", "{a{}} signed  0+7", `{b{"x":2}}  0+14`, " STOP 0+14",
		}},
		{"a call cut short", sim.Answer{ToolCalls: []sim.ToolCall{{Name: "a", Arguments: "{}"}, {Name: "b", Arguments: `{"x":2}`}}}, `"generationConfig":{"maxOutputTokens":12}`, []string{"{a{}} signed  0+6", " MAX_TOKENS 0+12"}},
		{"blocked", sim.Answer{Refusal: "No."}, `"labels":{}`, []string{"blocked SAFETY"}},
		{"broken off", sim.Answer{Refusal: "No.", Text: "Yes"}, `"labels":{}`, []string{"Yes  0+1", " SAFETY 0+1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			geminiBothWays(t, sim.Config{Respond: says(tt.answer)}, func(g gemini) {
				for _, method := range []string{eventwise, arraywise} {
					r := g.send(method, query("Go on", tt.more))
					if got := chunks(r.pieces()); !slices.Equal(got, tt.want) {
						g.t.Errorf("%s: chunks\n%s\nwant\n%s", method, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
					}
				}
			})
		})
	}
}

// A stream says the same as the answer in one piece.
func TestGenerateStreamAsWhole(t *testing.T) {
	for i, answer := range []sim.Answer{
		{Text: "Some text, “quoted”, <b>marked</b> & 🙂 ended.", Reasoning: "One, two, three."}, {Refusal: "No.", Reasoning: "?"}, {Refusal: "No.", Text: "Well, it is", Reasoning: "!"}, {Reasoning: "Nothing to say."},
		{Text: "Let me see.", Reasoning: "Calls!", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":[1,2,3]}`}, {Name: "g", Arguments: "none"}, {Name: "h", Arguments: `{"long":"` + strings.Repeat("x", 99) + `"}`}}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			geminiBothWays(t, sim.Config{Respond: says(answer)}, func(g gemini) {
				for _, more := range []string{`"labels":{}`, `"generationConfig":{"stopSequences":["e"]}`, thoughtful, `"generationConfig":{"maxOutputTokens":9,"candidateCount":2,"thinkingConfig":{"thinkingBudget":64}}`} {
					whole := g.send(wholly, query("Hello", more)).merged()
					for _, method := range []string{eventwise, arraywise} {
						stream := g.send(method, query("Hello", more)).merged()
						if !slices.Equal(stream.said, whole.said) || stream.usage.Thoughts != whole.usage.Thoughts || stream.usage.Total != whole.usage.Total {
							g.t.Errorf("%s, %s: streamed %q %+v, whole %q %+v", method, more, stream.said, stream.usage, whole.said, whole.usage)
						}
					}
				}
			})
		})
	}
}

// Thinking, shown or not, takes its time, and a stream is as long as the whole answer.
func TestGeneratePace(t *testing.T) {
	answer := sim.Answer{Text: "abcdefgh", Reasoning: "abcdefgh", ToolCalls: []sim.ToolCall{{Name: "f", Arguments: `{"a":1}`}}}
	for _, more := range []string{`"labels":{}`, thoughtful, `"generationConfig":{"thinkingConfig":{"thinkingBudget":64}}`} {
		geminiInMemory(t, sim.Config{TTFT: sim.Constant(2), TokensPerSecond: sim.Constant(10), Respond: says(answer)}, func(g gemini) {
			for _, method := range []string{wholly, eventwise, arraywise} {
				start := time.Now()
				u := g.send(method, query("Go", more)).merged().usage
				if took, want := time.Since(start), 2*time.Second+time.Duration(u.Thoughts+u.Candidates-1)*time.Second/10; took != want {
					g.t.Errorf("%s, %s: %+v took %v, want %v", method, more, u, took, want)
				}
			}
		})
	}
}
