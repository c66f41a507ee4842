package tokens_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// The counts are those of OpenAI's o200k_base vocabulary.
func TestTextIsNearARealTokenizer(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"Hello, world!", 4},
		{"The quick brown fox jumps over the lazy dog.", 10},
		{"func main() { fmt.Println(\"hi\") }", 10},
		{"1234567890", 4},
		{"Wie heißt die Hauptstadt von Österreich?", 7},
		{"日本の首都はどこですか", 9},
		{strings.Repeat("word ", 1000), 1001},
		{"Какая столица России?", 6},
	} {
		if n := tokens.Text(c.text); n > c.want*3/2+1 || n < c.want*2/3-1 {
			t.Errorf("%.40q: %d tokens, want about %d", c.text, n, c.want)
		}
	}
}

func TestMeanErrorOverRealPrompts(t *testing.T) {
	file, err := os.Open("testdata/o200k.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var sum float64
	prompts := 0
	for d := json.NewDecoder(file); d.More(); prompts++ {
		var p struct {
			Text   string
			Tokens int
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		sum += math.Abs(float64(tokens.Text(p.Text))/float64(p.Tokens) - 1)
	}
	mean := sum / float64(prompts)
	t.Logf("mean error %.3f over %d prompts", mean, prompts)
	if prompts < 150 || mean > 0.08 {
		t.Errorf("mean error %.3f over %d prompts, want at most 0.08", mean, prompts)
	}
}

func TestTextDoesNotAllocate(t *testing.T) {
	text := strings.Repeat("Some text, with 12 numbers & ünïcode. ", 20)
	if n := testing.AllocsPerRun(100, func() { tokens.Text(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRequestCountsEverything(t *testing.T) {
	base := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "one two three"}}}
	plain := tokens.Request(&base)
	if plain < 5 || plain > 12 {
		t.Errorf("%d tokens for three words", plain)
	}
	for name, part := range map[string]request.Part{
		"text":   request.TextPart{Text: "four"},
		"image":  request.ImagePart{URL: "https://example.com/a.png"},
		"file":   request.FilePart{Data: make([]byte, 4096)},
		"audio":  request.AudioPart{Data: make([]byte, 32000)},
		"call":   request.ToolCall{Name: "weather", Arguments: `{"city":"Rome"}`},
		"result": request.ToolResult{Content: "sunny", Parts: []request.Part{request.TextPart{Text: "warm"}}},
	} {
		more := base
		more.Messages = []request.Message{{Role: request.RoleUser, Content: "one two three", Parts: []request.Part{part}}}
		if n := tokens.Request(&more); n <= plain {
			t.Errorf("%s adds nothing: %d tokens", name, n)
		}
	}
	withTool := base
	withTool.Tools = []request.Tool{{Name: "weather", Parameters: []byte(`{"type":"object"}`)}}
	if n := tokens.Request(&withTool); n <= plain+8 {
		t.Errorf("a tool adds too little: %d tokens", n)
	}
}

// Rate limits are kept by the larger of the two guesses, text by text.
func TestReckonedIsNoLess(t *testing.T) {
	ask := func(texts ...string) *request.Request {
		r := new(request.Request)
		for _, text := range texts {
			r.Messages = append(r.Messages, request.Message{Role: request.RoleUser, Content: text})
		}
		return r
	}
	long, dense := strings.Repeat("internationalization ", 40), strings.Repeat("1+2=", 210)
	if got, want := tokens.Reckoned(ask(long, dense)), 210+tokens.Text(dense)+8; got != want || tokens.Text(long) >= 210 || tokens.Text(dense) <= 210 {
		t.Errorf("reckoned %d, want %d", got, want)
	}
}
