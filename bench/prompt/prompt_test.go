package prompt_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// A made-up prompt is as long as asked for, whether the distribution or a trace asks.
func TestSyntheticLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.IntRange(5, 5000).Draw(t, "tokens")
		most := rapid.IntRange(0, 500).Draw(t, "most")
		seed, n := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 1e6).Draw(t, "n")
		drawn := prompt.Synthetic{Input: sim.Constant(float64(want)), Output: sim.Constant(float64(most)), Seed: seed}.Source()(n, pace.Arrival{})
		if got := tokens.Request(&drawn); got != want || drawn.MaxTokens != most {
			t.Fatalf("%d tokens, at most %d, want %d and %d", got, drawn.MaxTokens, want, most)
		}
		a := pace.Arrival{Input: want, Output: most + 1, Blocks: []uint64{4, 8}}
		traced := prompt.Synthetic{Seed: seed}.Source()(n, a)
		if got := tokens.Request(&traced); got != want || traced.MaxTokens != most+1 {
			t.Fatalf("%d tokens, at most %d, want %d and %d", got, traced.MaxTokens, want, most+1)
		}
		if err := traced.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

// Prompts repeat with the seed and otherwise share no beginning, except for the blocks that a trace says they share.
func TestSyntheticShares(t *testing.T) {
	at := func(seed uint64, n int, blocks ...uint64) string {
		return prompt.Synthetic{Seed: seed}.Source()(n, pace.Arrival{Input: 1500, Blocks: blocks}).Messages[0].Content
	}
	common := func(a, b string) int {
		x, y := strings.Fields(a), strings.Fields(b)
		n := 0
		for n < len(x) && x[n] == y[n] {
			n++
		}
		return n
	}
	for name, tt := range map[string]struct {
		a, b        string
		least, most int
	}{
		"same":        {at(1, 7), at(1, 7), 1496, 1496},
		"another":     {at(1, 7), at(1, 8), 0, 5},
		"other seed":  {at(1, 7), at(2, 7), 0, 5},
		"one block":   {at(1, 7, 3, 4), at(1, 8, 3, 5), 512, 520},
		"two blocks":  {at(1, 7, 3, 4), at(1, 8, 3, 4), 1024, 1032},
		"other order": {at(1, 7, 3, 4), at(1, 8, 4, 3), 0, 5},
	} {
		if n := common(tt.a, tt.b); n < tt.least || n > tt.most {
			t.Errorf("%s: the first %d words are the same, want %d to %d", name, n, tt.least, tt.most)
		}
	}
}

func TestSetSource(t *testing.T) {
	set := make(prompt.Set, 20)
	for i := range set {
		set[i].MaxTokens = i + 1
	}
	order := func(seed uint64) (list []int) {
		for n := range 2 * len(set) {
			list = append(list, set.Source(seed)(n, pace.Arrival{}).MaxTokens)
		}
		return list
	}
	first := order(1)
	if !slices.Equal(first[:20], first[20:]) || slices.Equal(first, order(2)) || !slices.Equal(first, order(1)) {
		t.Errorf("orders %v and %v", first, order(2))
	}
	once := slices.Sorted(slices.Values(first[:20]))
	if once[0] != 1 || once[19] != 20 {
		t.Errorf("not each once: %v", once)
	}
	if got := set.Source(1)(0, pace.Arrival{Output: 99}).MaxTokens; got != 99 {
		t.Errorf("the trace's length of 99 became %d", got)
	}
}

const shareGPT = `[{"id":"a","conversations":[{"from":"human","value":"Hello there"},{"from":"gpt","value":"Well met, my friend"},{"from":"human","value":"x"}]},
{"id":"b","conversations":[{"from":"gpt","value":"no human"},{"from":"human","value":"x"}]},{"id":"c","conversations":[]}]`

func ask(text string, most int) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}, MaxTokens: most}
}

func TestReadShareGPT(t *testing.T) {
	set, err := prompt.ReadShareGPT(strings.NewReader(shareGPT))
	if want := (prompt.Set{ask("Hello there", 5)}); err != nil || !reflect.DeepEqual(set, want) {
		t.Errorf("%+v, %v", set, err)
	}
	for text, what := range map[string]string{
		"": "not a ShareGPT file", "{}": "not a ShareGPT file", "[]": "no conversation", `[{"conversations":[]},3]`: "entry 1", `[{}`: "after 0 entries",
	} {
		if _, err := prompt.ReadShareGPT(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want %q", text, err, what)
		}
	}
}

func TestReadLines(t *testing.T) {
	const file = `{"prompt":"Hello","max_tokens":9}

{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":3}`
	set, err := prompt.ReadLines(strings.NewReader(file))
	if want := (prompt.Set{ask("Hello", 9), ask("Hi", 3)}); err != nil || !reflect.DeepEqual(set, want) {
		t.Errorf("%+v, %v", set, err)
	}
	for text, what := range map[string]string{
		"": "no prompts", "\nx": "line 2: not a prompt", `{"messages":[]}`: "line 1", `{"prompt":"a"}` + "\n" + `{"messages":3}`: "line 2",
	} {
		if _, err := prompt.ReadLines(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want %q", text, err, what)
		}
	}
}

func FuzzReadShareGPT(f *testing.F) {
	f.Add(shareGPT)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := prompt.ReadShareGPT(strings.NewReader(text))
		if (err == nil) == (len(set) == 0) {
			t.Fatalf("%d prompts, %v", len(set), err)
		}
	})
}

func FuzzReadLines(f *testing.F) {
	f.Add(`{"prompt":"a","max_tokens":1}`)
	f.Add(`{"messages":[{"role":"user","content":"Hi"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := prompt.ReadLines(strings.NewReader(text))
		if (err == nil) == (len(set) == 0) {
			t.Fatalf("%d prompts, %v", len(set), err)
		}
		for i := range set {
			if err := set[i].Validate(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
