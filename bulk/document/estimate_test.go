package document_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// asked processes a document with answers of so many tokens, and returns the sizes of the questions, sorted.
func asked(t *rapid.T, p *document.Processor, doc document.Document, length func() int) (sizes []int) {
	t.Helper()
	var mu sync.Mutex
	_, err := p.Process(context.Background(), doc, func(_ context.Context, _ string, req request.Request) (*request.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, tokens.Request(&req))
		return &request.Response{Content: strings.Repeat("word ", length())}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(sizes)
	return sizes
}

// With answers of the greatest length an estimate is what is asked; with shorter ones it is never too little. No two of its
// questions are the same, which would be paid once.
func TestEstimateIsTheWorstCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := document.Plan{
			Prompt: "Sum up part {{.chunk}}:", Reduce: "Level {{.level}}: {{.text}}", ChunkTokens: rapid.IntRange(30, 200).Draw(t, "chunk"),
			Concurrency: 1,
		}
		longest := rapid.IntRange(5, plan.ChunkTokens/2-2).Draw(t, "answer")
		plan.Request.MaxTokens = longest
		p, err := document.New(plan)
		if err != nil {
			t.Fatal(err)
		}
		doc := document.Document{Name: "d", Text: sizedText(rapid.IntRange(1, 300).Draw(t, "text"))}
		estimate, err := p.Estimate(doc)
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		texts := map[string]bool{}
		for i := range estimate {
			if estimate[i].MaxTokens != longest {
				t.Fatalf("a request is bounded to %d tokens, want %d", estimate[i].MaxTokens, longest)
			}
			want = append(want, tokens.Request(&estimate[i]))
			texts[estimate[i].Messages[0].Content] = true
		}
		if len(texts) != len(want) {
			t.Fatalf("of %d questions %d differ", len(want), len(texts))
		}
		slices.Sort(want)
		if got := asked(t, p, doc, func() int { return longest }); !slices.Equal(got, want) {
			t.Fatalf("asked %d, of tokens %d; estimated %d, of tokens %d", len(got), got, len(want), want)
		}
		shorter := func() int { return rapid.IntRange(1, longest).Draw(t, "shorter") }
		if got := len(asked(t, p, doc, shorter)); got > len(want) {
			t.Fatalf("%d questions were asked, %d estimated", got, len(want))
		}
	})
}

func TestEstimateWithoutABoundIsForPairs(t *testing.T) {
	p, err := document.New(document.Plan{Prompt: "a", Reduce: "b", ChunkTokens: 40})
	if err != nil {
		t.Fatal(err)
	}
	chunks, err := p.Estimate(document.Document{Name: "d", Text: sizedText(2)})
	if err != nil || len(chunks) != 1 {
		t.Errorf("one chunk is not reduced: %d requests, %v", len(chunks), err)
	}
	all, err := p.Estimate(document.Document{Name: "d", Text: sizedText(80)})
	maps := slices.IndexFunc(all, func(r request.Request) bool { return strings.HasPrefix(r.Messages[0].Content, "b") })
	if err != nil || maps < 10 || len(all) != 2*maps-1 {
		t.Errorf("%d requests for %d chunks, %v; pairs take one less than there are chunks", len(all), maps, err)
	}
}

// Questions that reduce the answers about two documents differ, for the answers will.
func TestEstimatesOfTwoDocumentsDiffer(t *testing.T) {
	p, err := document.New(document.Plan{Prompt: "a", Reduce: "b", ChunkTokens: 40})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]int{}
	for _, name := range []string{"d", "e"} {
		list, err := p.Estimate(document.Document{Name: name, Text: sizedText(80)})
		if err != nil {
			t.Fatal(err)
		}
		for _, req := range list {
			texts[req.Messages[0].Content]++
		}
	}
	for text, n := range texts {
		if reduces := strings.HasPrefix(text, "b"); reduces && n > 1 {
			t.Errorf("%q is asked %d times", text, n)
		}
	}
}

func TestEstimateOfWhatIsNoDocument(t *testing.T) {
	p, err := document.New(document.Plan{Prompt: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []document.Document{{Name: "d", Err: document.ErrSkipped}, {Name: "d"}} {
		if list, err := p.Estimate(doc); err == nil || !strings.HasPrefix(err.Error(), "d: ") {
			t.Errorf("%+v: %d requests, %v", doc, len(list), err)
		}
	}
}
