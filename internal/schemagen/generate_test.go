package schemagen

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const seeds = 20

func generate(t testing.TB, schema string, seed uint64) []byte {
	t.Helper()
	answer, err := Generate([]byte(schema), rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatalf("%v\nschema %s", err, schema)
	}
	return answer
}

// realistic reads the schemas that callers of language models send.
func realistic(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/schemas/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no schemas found: %v", err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		schema, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = schema
	}
	return all
}

func TestRealisticSchemas(t *testing.T) {
	t.Parallel()
	for name, schema := range realistic(t) {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				requireValid(t, schema, generate(t, string(schema), seed))
			}
		})
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	for name, schema := range realistic(t) {
		t.Run(name, func(t *testing.T) {
			first := generate(t, string(schema), 7)
			for range 5 {
				if again := generate(t, string(schema), 7); !bytes.Equal(first, again) {
					t.Fatalf("got %s, then %s", first, again)
				}
			}
		})
	}
}

func TestSeedsDiffer(t *testing.T) {
	schema := `{"type":"object","properties":{"name":{"type":"string"},"price":{"type":"number"}}}`
	answers := map[string]bool{}
	for seed := range uint64(seeds) {
		answers[string(generate(t, schema, seed))] = true
	}
	if len(answers) < seeds/2 {
		t.Fatalf("only %d different answers from %d seeds", len(answers), seeds)
	}
}

func TestOneRandomSourceServesManyCalls(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	schema := []byte(`{"type":"string"}`)
	answers := map[string]bool{}
	for range seeds {
		answer, err := Generate(schema, rng)
		if err != nil {
			t.Fatal(err)
		}
		answers[string(answer)] = true
	}
	if len(answers) < 5 {
		t.Fatalf("only %d different answers", len(answers))
	}
}

func TestPropertiesComeCompleteAndInOrder(t *testing.T) {
	schema := `{"type":"object","properties":{"zeta":{"type":"string"},"alpha":{"type":"integer"},
		"mid":{"type":"object","properties":{"b":{"type":"boolean"},"a":{"type":"null"}}}},"required":["extra","alpha"]}`
	for seed := range uint64(seeds) {
		answer := generate(t, schema, seed)
		if got := keys(t, answer); got != "zeta alpha mid b a extra" {
			t.Fatalf("keys are %q in %s", got, answer)
		}
	}
}

// keys lists all object keys of a document in their order.
func keys(t *testing.T, document []byte) string {
	t.Helper()
	v, err := decode(document)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var visit func(v *value)
	visit = func(v *value) {
		for _, m := range v.members {
			names = append(names, m.name)
			visit(m.value)
		}
	}
	visit(v)
	return strings.Join(names, " ")
}

func TestAnswersAreCompact(t *testing.T) {
	for name, schema := range realistic(t) {
		answer := generate(t, string(schema), 3)
		var compact bytes.Buffer
		if err := json.Compact(&compact, answer); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(compact.Bytes(), answer) {
			t.Errorf("%s: not compact: %s", name, answer)
		}
	}
}

func TestNamesGiveHints(t *testing.T) {
	tests := map[string]func(string) bool{
		"email":          func(s string) bool { return strings.Contains(s, "@example.") },
		"contactEmail":   func(s string) bool { return strings.Contains(s, "@example.") },
		"start_date":     isDate,
		"homepage_url":   isURI,
		"city":           func(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' },
		"firstName":      func(s string) bool { return s != "" && !strings.Contains(s, " ") },
		"description":    func(s string) bool { return strings.HasSuffix(s, ".") },
		"somethingPlain": func(s string) bool { return len(s) > 2 },
	}
	for name, plausible := range tests {
		for seed := range uint64(seeds) {
			var answer map[string]string
			if err := json.Unmarshal(generate(t, `{"properties":{"`+name+`":{"type":"string"}}}`, seed), &answer); err != nil {
				t.Fatal(err)
			}
			if !plausible(answer[name]) {
				t.Errorf("%s: %q is not plausible", name, answer[name])
			}
		}
	}
}

func TestMarkupIsNotEscaped(t *testing.T) {
	answer := generate(t, `{"const":"a < b & c"}`, 1)
	if string(answer) != `"a < b & c"` {
		t.Fatalf("got %s", answer)
	}
}

func TestNilRandomSource(t *testing.T) {
	if _, err := Generate([]byte(`true`), nil); err == nil {
		t.Fatal("no error")
	}
}
