package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

// heard is what Respond gets of a request.
func heard(t *testing.T, body string) (got sim.Prompt) {
	t.Helper()
	cfg := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { got = *p; return nil }}
	inMemory(t, cfg, func(c *caller) { c.post(body).good() })
	return got
}

func TestPromptChat(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want sim.Prompt
	}{
		"system": {messages(`{"role":"system","content":"Be brief."}`, `{"role":"developer","content":"Be kind."}`, user), sim.Prompt{Model: "demo", System: "Be brief.\n\nBe kind.", Text: "Hello", Turns: 3}},
		"media": {messages(`{"role":"user","content":[{"type":"text","text":"Look: "},{"type":"image_url","image_url":{"url":"x"}},{"type":"file","file":{}},{"type":"input_audio","input_audio":{}},{"type":"text","text":"what?"}]}`),
			sim.Prompt{Model: "demo", Text: "Look: what?", Turns: 1, Images: 1, Files: 2}},
		"results":      {messages(user, calling, answered), sim.Prompt{Model: "demo", Text: "Hello", Turns: 3, Results: []sim.ToolResult{{Name: "clock", Text: "noon"}}}},
		"old results":  {messages(user, calling, answered, `{"role":"user","content":"And?"}`), sim.Prompt{Model: "demo", Text: "And?", Turns: 4}},
		"tools on top": {ask("Hello", tool), sim.Prompt{Model: "demo", Text: "Hello", Turns: 1, Tools: []string{"clock"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, heard(t, tt.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Thinking that is given counts, though this dialect doesn't show it; without being asked, a model doesn't think.
func TestReasoningGiven(t *testing.T) {
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: "abcd", Reasoning: "one two three four"})}, func(c *caller) {
		for more, want := range map[string]int{`"reasoning_effort":"low"`: 5, `"reasoning_effort":"none"`: 0, `"n":1`: 0} {
			r := c.post(ask("Hello", more))
			if u := r.complete().Usage; u.Details.Reasoning != want || u.Completion != want+1 || r.text() != "abcd" {
				c.t.Errorf("%s: usage %+v, text %q; want %d tokens of thinking", more, u, r.text(), want)
			}
		}
	})
}
