package cache_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/request"
)

// same reports whether the second request is given the first one's answer.
func same(t *testing.T, cfg cache.Config, a, b request.Request) bool {
	t.Helper()
	client := okay()
	c := wrap(t, client, cfg)
	complete(t, c, a)
	complete(t, c, b)
	return client.calls.Load() == 1
}

// noDifference are the fields that two requests of the same key may differ in.
var noDifference = []string{"Labels", "Priority", "NoStore"}

// TestEveryFieldCounts changes one field after the other. A field that is new in the vocabulary fails it until the key has it.
func TestEveryFieldCounts(t *testing.T) {
	full := reflect.ValueOf(fullRequest()).Elem()
	changed := map[string]bool{}
	variants(full, "", func(path string, v reflect.Value) {
		field := path
		if end := strings.IndexAny(path, ".[= "); end >= 0 {
			field = path[:end]
		}
		changed[field] = true
		if field == "NoCache" {
			return // it goes past what is kept; see TestNoCacheAndNoStore
		}
		want := slices.Contains(noDifference, field)
		if got := same(t, cache.Config{}, *fullRequest(), v.Interface().(request.Request)); got != want {
			t.Errorf("%s changed: the same request %v, want %v", path, got, want)
		}
	})
	for field := range full.Type().Fields() {
		if !changed[field.Name] {
			t.Errorf("nothing of %s was changed; fullRequest leaves it unset", field.Name)
		}
	}
}

// fullRequest has every field set, and each kind of part.
func fullRequest() *request.Request {
	inner := []request.Part{request.TextPart{Text: "t", Signature: "t"}, request.ImagePart{URL: "t", Data: []byte("t"), MediaType: "t", Detail: "t", Signature: "t"}}
	parts := append(slices.Clone(inner),
		request.FilePart{URL: "t", Data: []byte("t"), ID: "t", MediaType: "t", Name: "t"},
		request.AudioPart{URL: "t", Data: []byte("t"), MediaType: "t", Transcript: "t"},
		request.ToolCall{ID: "t", Name: "t", Arguments: "t", Signature: "t"},
		request.ToolResult{CallID: "t", Name: "t", Content: "t", Parts: inner, IsError: true},
		request.ReasoningPart{Text: "t", Summary: true, Signature: "t", Encrypted: "t", ID: "t", Format: "t"},
		request.CacheBreakpoint{TTL: time.Second})
	return &request.Request{
		Model: "t", Messages: []request.Message{{Role: "t", Content: "t", Parts: parts, Name: "t"}, {Role: "u"}},
		MaxTokens: 1, Temperature: new(1.0), TopP: new(1.0), TopK: new(1), Seed: new(int64(1)), FrequencyPenalty: new(1.0), PresencePenalty: new(1.0),
		Stop: []string{"t"}, ReasoningEffort: "t", ReasoningBudget: 1,
		Tools:      []request.Tool{{Name: "t", Description: "t", Parameters: json.RawMessage("1"), Strict: new(true), Cache: &request.CacheBreakpoint{TTL: 1}}},
		ToolChoice: request.ToolChoice{Mode: "t", Name: "t"}, ParallelToolCalls: new(true),
		ResponseFormat: request.ResponseFormat{Type: "t", Name: "t", Description: "t", Schema: json.RawMessage("1"), Strict: true},
		ServiceTier:    "t", User: "t", PromptCacheKey: "t",
		Extra:  map[string]map[string]any{"p": {"f": 1}},
		Labels: map[string]string{"l": "t"}, Tenant: "t", Priority: 1,
	}
}

func TestFullRequestHasEveryPart(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../request/part.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for _, p := range fullRequest().Messages[0].Parts {
		held[reflect.TypeOf(p).Name()] = true
	}
	kinds := 0
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "part" {
			continue
		}
		kinds++
		if name := f.Recv.List[0].Type.(*ast.Ident).Name; !held[name] {
			t.Errorf("fullRequest has no %s", name)
		}
	}
	if kinds != len(held) || kinds < 8 {
		t.Errorf("%d kinds of parts in the vocabulary, %d in fullRequest", kinds, len(held))
	}
}

func TestPlacesAreNotConfused(t *testing.T) {
	text := func(parts ...string) request.Request {
		r := request.Request{}
		for _, p := range parts {
			r.Messages = append(r.Messages, request.Message{Role: request.RoleUser, Content: p})
		}
		return r
	}
	split := ask("a")
	split.Messages[0].Parts = []request.Part{request.TextPart{Text: "b"}}
	named := ask("")
	named.Messages[0].Name = "a"
	for _, pair := range [][2]request.Request{
		{text("ab"), text("a", "b")}, {text("a", "b"), text("b", "a")}, {ask("ab"), split}, {ask("a"), named},
		{{Model: "ab"}, {Model: "a", Tenant: "b"}}, {{Stop: []string{"a", "b"}}, {Stop: []string{"ab"}}},
	} {
		if same(t, cache.Config{}, pair[0], pair[1]) {
			t.Errorf("%+v and %+v are taken for the same", pair[0], pair[1])
		}
	}
}

func TestMeaningCounts(t *testing.T) {
	inParts, unset := ask(""), ask("hi")
	inParts.Messages[0].Parts = []request.Part{request.TextPart{Text: "hi"}}
	unset.Stop, unset.Extra, unset.Messages[0].Parts = []string{}, map[string]map[string]any{}, []request.Part{}
	for name, r := range map[string]request.Request{"content as a part": inParts, "empty lists": unset} {
		if !same(t, cache.Config{}, ask("hi"), r) {
			t.Errorf("%s makes a difference", name)
		}
	}
}

func TestVaryAndNormalize(t *testing.T) {
	a, b := ask("hi"), ask("hi")
	a.Labels, a.User = map[string]string{"project": "a"}, "a"
	b.Labels, b.User = map[string]string{"project": "b"}, "a"
	if vary := func(r *request.Request) string { return r.Labels["project"] }; same(t, cache.Config{Vary: vary}, a, b) {
		t.Error("what Vary gives makes no difference")
	}
	b.User = "b"
	client := okay()
	var sent string
	answer := client.answer
	c := wrap(t, &stub{answer: func(ctx context.Context, r request.Request) (*request.Response, error) {
		sent = r.User
		return answer(ctx, r)
	}},
		cache.Config{Normalize: func(r *request.Request) { r.User = "" }})
	complete(t, c, a)
	if !complete(t, c, b).FromCache || sent != "a" {
		t.Errorf("Normalize took nothing out of the key, or out of what was sent: %q", sent)
	}
}

func TestRequestsWithoutKeyPass(t *testing.T) {
	pointer, unsendable := ask("hi"), ask("hi")
	pointer.Messages[0].Parts = []request.Part{&request.TextPart{Text: "a"}}
	unsendable.Extra = map[string]map[string]any{"p": {"f": make(chan int)}}
	for name, r := range map[string]request.Request{"pointer": pointer, "channel": unsendable} {
		client := okay()
		c := wrap(t, client, cache.Config{})
		complete(t, c, r)
		complete(t, c, r)
		if n := client.calls.Load(); n != 2 || c.Stats().Bypassed != 2 {
			t.Errorf("%s: %d calls, stats %+v; want both to pass", name, n, c.Stats())
		}
	}
}
