package cache_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/request"
)

func withSchema(schema string) request.Request {
	r := ask("hi")
	r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: json.RawMessage(schema)}
	return r
}

func withExtra(v any) request.Request {
	r := ask("hi")
	r.Extra = map[string]map[string]any{"p": {"f": v}}
	return r
}

func TestSchemasAreComparedByMeaning(t *testing.T) {
	deep := func(inner string) string { return strings.Repeat("[", 200) + inner + strings.Repeat("]", 200) }
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[2,3]}`, " { \"b\" : [ 2 , 3 ] ,\n\t\"a\":1 }", true},
		{`{"a":{"x":1,"y":{"p":1,"q":2}},"b":2}`, `{"b":2,"a":{"y":{"q":2,"p":1},"x":1}}`, true},
		{`[{"a":1,"b":2}]`, `[{"b":2,"a":1}]`, true},
		{`{"é":1}`, `{"\u00e9":1}`, true},
		{`[1,2]`, `[2,1]`, false},
		{`[1,[2]]`, `[[1],2]`, false},
		{`{"a":1}`, `{"a":2}`, false},
		{`{"a":1}`, `{"b":1}`, false},
		{`{"a":{"b":1}}`, `{"a":1,"b":1}`, false},
		{`{"a":1,"a":2}`, `{"a":2,"a":1}`, false},
		{`{"a":1}`, `["a",1]`, false},
		{`{}`, `[]`, false},
		{`1`, `"1"`, false},
		{`null`, ``, false},
		{`{"a":1`, `{"a":1 `, false},
		{`{"\ud800":1}`, `{"\ud801":1}`, false},
		{`{"properties":{"why":{},"what":{}}}`, `{"properties":{"what":{},"why":{}}}`, false},
		{`{"properties":{"a":{"x":1,"y":2}},"type":"object"}`, `{"type":"object","properties":{"a":{"y":2,"x":1}}}`, true},
		{deep(`{"a":1,"b":2}`), deep(`{"b":2,"a":1}`), false},
		{deep(`{"a":1}`), deep(`{"a":1}`), true},
	} {
		if got := same(t, cache.Config{}, withSchema(test.a), withSchema(test.b)); got != test.same {
			t.Errorf("%.60s and %.60s: the same %v", test.a, test.b, got)
		}
	}
}

func TestExtraIsComparedAsJSON(t *testing.T) {
	type options struct {
		B int `json:"b"`
		A int `json:"a"`
	}
	for _, test := range []struct {
		a, b any
		same bool
	}{
		{map[string]any{"a": 1, "b": 2}, json.RawMessage(`{"b": 2, "a": 1}`), true},
		{options{A: 1, B: 2}, map[string]int{"a": 1, "b": 2}, true},
		{1, int64(1), true},
		{1, "1", false},
		{nil, false, false},
		{new(1), 1, true},
	} {
		if got := same(t, cache.Config{}, withExtra(test.a), withExtra(test.b)); got != test.same {
			t.Errorf("%v and %v: the same %v", test.a, test.b, got)
		}
	}
}

// Any JSON is the same after its members were put in order, and only if nothing else has changed.
func TestOrderOfMembersProperty(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) any { return anyJSON(t, 4) })
	rapid.Check(t, func(rt *rapid.T) {
		a, b := value.Draw(rt, "a"), value.Draw(rt, "b")
		sorted, _ := json.Marshal(a) // sorts the members of maps
		if got := same(t, cache.Config{}, withExtra(json.RawMessage(shuffled(rt, a))), withExtra(json.RawMessage(sorted))); !got {
			rt.Fatalf("%s in another order is another", sorted)
		}
		other, _ := json.Marshal(b)
		if got := same(t, cache.Config{}, withExtra(a), withExtra(b)); got != (string(sorted) == string(other)) {
			rt.Fatalf("%s and %s: the same %v", sorted, other, got)
		}
	})
}

func anyJSON(t *rapid.T, depth int) any {
	most := 4
	if depth == 0 {
		most = 2
	}
	switch rapid.IntRange(0, most).Draw(t, "kind") {
	case 0:
		return rapid.IntRange(0, 2).Draw(t, "number")
	case 1:
		return rapid.SampledFrom([]string{"", "a", `"`, "é"}).Draw(t, "text")
	case 2:
		return nil
	case 3:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, anyJSON(t, depth-1))
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		object[rapid.SampledFrom([]string{"", "a", "b", "\\", "é"}).Draw(t, "name")] = anyJSON(t, depth-1)
	}
	return object
}

// shuffled writes JSON with the members of objects in any order.
func shuffled(t *rapid.T, v any) string {
	var pieces []string
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			pieces = append(pieces, shuffled(t, element))
		}
		return "[ " + strings.Join(pieces, " , ") + "]"
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			quoted, _ := json.Marshal(name)
			pieces = append(pieces, string(quoted)+" :"+shuffled(t, v[name]))
		}
		pieces = rapid.Permutation(pieces).Draw(t, "order")
		return "{" + strings.Join(pieces, ",\n") + "}"
	}
	text, _ := json.Marshal(v)
	return string(text)
}
