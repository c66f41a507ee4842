package document_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// record answers each question with say, and keeps what was asked by id.
type record struct {
	say func(id, text string) (string, error)

	mu    sync.Mutex
	asked map[string]request.Request
}

func (r *record) ask(_ context.Context, id string, req request.Request) (*request.Response, error) {
	text, err := r.say(id, req.Messages[len(req.Messages)-1].Content)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked == nil {
		r.asked = map[string]request.Request{}
	}
	r.asked[id] = req
	if err != nil {
		return nil, err
	}
	return &request.Response{Content: text, Usage: request.Usage{InputTokens: 1, Reported: true}}, nil
}

func processor(t *testing.T, p document.Plan) *document.Processor {
	t.Helper()
	out, err := document.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sizedText has so many lines of ten tokens each.
func sizedText(lines int) string { return strings.Repeat("a b c d e f g h i\n", lines) }

func TestOneChunk(t *testing.T) {
	r := &record{say: func(_, text string) (string, error) { return "<" + text + ">", nil }}
	p := processor(t, document.Plan{
		Prompt: "{{.name}} {{.chunk}}/{{.chunks}}: {{.text}}", Reduce: "never",
		Request: request.Request{Model: "m", Messages: []request.Message{{Role: request.RoleSystem, Content: "short"}}},
	})
	result, err := p.Process(t.Context(), document.Document{Name: "a.txt", Text: "hello"}, r.ask)
	if err != nil || result.Text != "<a.txt 1/1: hello>" || result.Last == nil || result.Requests != 1 || len(result.Chunks) != 1 {
		t.Errorf("result %+v, error %v", result, err)
	}
	want := request.Request{Model: "m", Messages: []request.Message{
		{Role: request.RoleSystem, Content: "short"}, {Role: request.RoleUser, Content: "a.txt 1/1: hello"},
	}}
	if diff := cmp.Diff(map[string]request.Request{"a.txt#chunk-1": want}, r.asked); diff != "" {
		t.Error(diff)
	}
}

func TestPromptWithoutText(t *testing.T) {
	r := &record{say: func(id, text string) (string, error) { return text, nil }}
	p := processor(t, document.Plan{Prompt: "Sum up.", Reduce: "Combine.", ChunkTokens: 40})
	result, err := p.Process(t.Context(), document.Document{Name: "a", Text: "x y z.\n\n" + strings.Repeat("long ", 40)}, r.ask)
	if err == nil || !strings.Contains(err.Error(), "fit") {
		t.Errorf("answers as long as chunks were reduced to %q, error %v", result.Text, err)
	}
	r.say = func(id, text string) (string, error) { return id[2:], nil }
	if result, err = p.Process(t.Context(), document.Document{Name: "a", Text: sizedText(6)}, r.ask); err != nil || result.Text != "reduce-1-1" {
		t.Errorf("result %q, error %v", result.Text, err)
	}
	if got := r.asked["a#chunk-1"].Messages[0].Content; got != "Sum up.\n\n"+sizedText(4) {
		t.Errorf("asked %q", got)
	}
	if got := r.asked["a#reduce-1-1"].Messages[0].Content; got != "Combine.\n\nchunk-1\n\nchunk-2" {
		t.Errorf("asked %q", got)
	}
}

func TestReduceByLevels(t *testing.T) {
	r := &record{say: func(id, _ string) (string, error) {
		return strings.Repeat("a ", 9) + id[strings.Index(id, "#")+1:], nil
	}}
	p := processor(t, document.Plan{
		Prompt: "{{.text}}", Reduce: "level {{.level}} of {{.name}}, {{len .answers}}:{{range .answers}} [{{.}}]{{end}}", ChunkTokens: 50,
	})
	result, err := p.Process(t.Context(), document.Document{Name: "doc", Text: sizedText(5 * 9)}, r.ask)
	if err != nil || len(result.Chunks) != 9 || result.Requests != len(r.asked) || result.Usage.InputTokens != result.Requests {
		t.Fatalf("%d chunks, %d requests of %d asked, error %v", len(result.Chunks), result.Requests, len(r.asked), err)
	}
	// Three answers fit: 9 become 3, which become 1.
	var reduced []string
	for _, id := range []string{"doc#reduce-1-1", "doc#reduce-1-2", "doc#reduce-1-3", "doc#reduce-2-1"} {
		reduced = append(reduced, r.asked[id].Messages[0].Content)
	}
	a := strings.Repeat("a ", 9)
	if want := "level 1 of doc, 3: [" + a + "chunk-4] [" + a + "chunk-5] [" + a + "chunk-6]"; reduced[1] != want {
		t.Errorf("asked %q, want %q", reduced[1], want)
	}
	if want := "level 2 of doc, 3: [" + a + "reduce-1-1] [" + a + "reduce-1-2] [" + a + "reduce-1-3]"; reduced[3] != want {
		t.Errorf("asked %q, want %q", reduced[3], want)
	}
	if result.Text != a+"reduce-2-1" || result.Last.Content != result.Text || len(r.asked) != 9+4 {
		t.Errorf("result %q of %d questions", result.Text, len(r.asked))
	}
}

// An answer without a neighbour that fits moves up unasked, and the questions are the same whenever they are asked.
func TestReduceIsDeterministic(t *testing.T) {
	r := &record{say: func(id, _ string) (string, error) {
		if strings.Contains(id, "chunk") {
			return strings.Repeat("word ", 15), nil
		}
		return "short", nil
	}}
	p := processor(t, document.Plan{Prompt: "{{.text}}", Reduce: "{{.text}}", ChunkTokens: 40, OverlapTokens: 10})
	doc := document.Document{Name: "d", Text: sizedText(10)}
	var before map[string]request.Request
	for range 2 {
		r.asked = nil
		if result, err := p.Process(t.Context(), doc, r.ask); err != nil || result.Text != "short" {
			t.Fatalf("result %q, error %v", result.Text, err)
		}
		ids := slices.Sorted(maps.Keys(r.asked))
		if diff := cmp.Diff([]string{"d#chunk-1", "d#chunk-2", "d#chunk-3", "d#reduce-1-1", "d#reduce-2-1"}, ids); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, r.asked); before != nil && diff != "" {
			t.Error(diff)
		}
		before = r.asked
	}
}

func TestWithoutReduce(t *testing.T) {
	r := &record{say: func(id, _ string) (string, error) { return id, nil }}
	p := processor(t, document.Plan{Prompt: "{{.text}}", ChunkTokens: 40})
	result, err := p.Process(t.Context(), document.Document{Name: "d", Text: sizedText(12)}, r.ask)
	if err != nil || result.Text != "d#chunk-1\n\nd#chunk-2\n\nd#chunk-3" || result.Last != nil {
		t.Errorf("result %+v, error %v", result, err)
	}
}

func TestImageDocument(t *testing.T) {
	r := &record{say: func(id, _ string) (string, error) { return "a cat", nil }}
	image := request.ImagePart{Data: []byte(png), MediaType: "image/png"}
	result, err := processor(t, document.Plan{Prompt: "What is on {{.name}}?"}).Process(t.Context(),
		document.Document{Name: "cat.png", Media: []request.Part{image}}, r.ask)
	if err != nil || result.Text != "a cat" {
		t.Errorf("result %+v, error %v", result, err)
	}
	want := []request.Message{{Role: request.RoleUser, Content: "What is on cat.png?", Parts: []request.Part{image}}}
	if diff := cmp.Diff(want, r.asked["cat.png#chunk-1"].Messages); diff != "" {
		t.Error(diff)
	}
}

func TestProcessFaults(t *testing.T) {
	bad := errors.New("bad file")
	r := &record{say: func(id, text string) (string, error) {
		if text == "fail" {
			return "", request.ErrQuota
		}
		return strings.Repeat("much more than fits ", 30), nil
	}}
	for name, c := range map[string]struct {
		plan document.Plan
		doc  document.Document
		want error
		text string
	}{
		"unreadable":  {document.Plan{Prompt: "x"}, document.Document{Name: "d", Err: bad}, bad, "d: bad file"},
		"nothing":     {document.Plan{Prompt: "x"}, document.Document{Name: "d"}, nil, "d: nothing to ask about"},
		"ask":         {document.Plan{Prompt: "{{.text}}"}, document.Document{Name: "d", Text: "fail"}, request.ErrQuota, "d#chunk-1: "},
		"long answer": {document.Plan{Prompt: "a", Reduce: "b", ChunkTokens: 100}, document.Document{Name: "d", Text: sizedText(15)}, nil, "answer of d#chunk-1 has about"},
		"no two fit":  {document.Plan{Prompt: "a", Reduce: "b", ChunkTokens: 150}, document.Document{Name: "d", Text: sizedText(25)}, nil, "no two answers"},
	} {
		_, err := processor(t, c.plan).Process(t.Context(), c.doc, r.ask)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error %v, which should say %q", name, err, c.text)
		}
	}
}

func TestPlanFaults(t *testing.T) {
	_, err := document.New(document.Plan{Reduce: "{{", Concurrency: -1, ChunkTokens: 3, OverlapTokens: 9})
	for _, want := range []string{"Prompt: empty", "Reduce: ", "Concurrency: -1", "ChunkTokens: 3", "OverlapTokens: 9"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, which should say %q", err, want)
		}
	}
	_, err = document.New(document.Plan{Prompt: "{{.txt}}", Reduce: "{{if .level}}{{.answer}}{{end}}"})
	for _, want := range []string{
		"document: Prompt:1:3: there is no field .txt; the fields are .text, .name, .chunk, .chunks",
		"document: Reduce:1:16: there is no field .answer; the fields are .answers, .text, .name, .level",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, which should say %q", err, want)
		}
	}
}

// After a failure nothing new is begun, and what was under way is waited for.
func TestFailureStopsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := 0
		r := &record{}
		r.say = func(id, _ string) (string, error) {
			if id == "d#chunk-2" {
				time.Sleep(time.Millisecond) // so that the other two have begun
				return "", request.ErrInvalid
			}
			time.Sleep(time.Second)
			r.mu.Lock()
			defer r.mu.Unlock()
			ended++
			return "done", nil
		}
		p := processor(t, document.Plan{Prompt: "a", ChunkTokens: 40, Concurrency: 3})
		result, err := p.Process(t.Context(), document.Document{Name: "d", Text: sizedText(4 * 20)}, r.ask)
		if !errors.Is(err, request.ErrInvalid) || !strings.HasPrefix(err.Error(), "d#chunk-2: ") {
			t.Errorf("error %v", err)
		}
		if ended != 2 || result.Requests != 2 {
			t.Errorf("%d questions ended well, %d counted", ended, result.Requests)
		}
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		r := &record{say: func(id, _ string) (string, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return "x", nil
		}}
		p := processor(t, document.Plan{Prompt: "a", ChunkTokens: 40, Concurrency: 4})
		if _, err := p.Process(t.Context(), document.Document{Name: "d", Text: sizedText(4 * 12)}, r.ask); err != nil || most != 4 {
			t.Errorf("%d at once, error %v", most, err)
		}
	})
}

// The size of chunks is in the model's tokens, of which Claude has more than the estimate.
func TestChunksByModel(t *testing.T) {
	for model, want := range map[string]int{"gpt-5": 10, "claude-sonnet-4-5": 11} {
		r := &record{say: func(id, _ string) (string, error) { return "x", nil }}
		p := processor(t, document.Plan{Prompt: "{{.text}}", ChunkTokens: 1000, Request: request.Request{Model: model}})
		result, err := p.Process(t.Context(), document.Document{Name: "d", Text: sizedText(1000)}, r.ask)
		if err != nil || len(result.Chunks) < want {
			t.Errorf("%s: %d chunks, want %d, error %v", model, len(result.Chunks), want, err)
		}
		for id, req := range r.asked {
			if n := tokens.For(model, tokens.Text(req.Messages[0].Content)); n > 1000 {
				t.Errorf("%s: %s has %d tokens", model, id, n)
			}
		}
	}
}

func ExampleProcessor_Process() {
	p, err := document.New(document.Plan{Prompt: "Sum up:\n{{.text}}", Reduce: "Make one summary of these:\n{{.text}}"})
	if err != nil {
		panic(err)
	}
	ask := func(_ context.Context, id string, req request.Request) (*request.Response, error) {
		return &request.Response{Content: "A greeting."}, nil // a client's Complete, and a memory of answers by id
	}
	result, err := p.Process(context.Background(), document.Document{Name: "letter.txt", Text: "Dear all, ..."}, ask)
	fmt.Println(result.Text, err)
	// Output: A greeting. <nil>
}
