package schemagen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/seed63918563/llmgate/internal/schemagen"
)

const seeds = 20

func generate(t testing.TB, schema string, seed uint64) []byte {
	t.Helper()
	out, err := schemagen.Generate([]byte(schema), rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatalf("%v\nschema %s", err, schema)
	}
	return out
}

// requireValid checks an answer by a validator of the schema as it was written.
func requireValid(t testing.TB, schema string, answer []byte) {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatalf("%v\nschema %s", err, schema)
	}
	judge, err := s.Resolve(nil)
	if err != nil {
		t.Fatalf("%v\nschema %s", err, schema)
	}
	var v any
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatalf("%v\nanswer %s", err, answer)
	}
	if err := judge.Validate(v); err != nil {
		t.Fatalf("%v\nschema %s\nanswer %s", err, schema, answer)
	}
}

// realistic are schemas as the common tools write them.
func realistic(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/schemas/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(text)
	}
	return all
}

func TestRealisticSchemas(t *testing.T) {
	for name, schema := range realistic(t) {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				answer := generate(t, schema, seed)
				if !strings.Contains(schema, `"pattern": "^(?`) { // the validator can't read lookahead either
					requireValid(t, schema, answer)
				}
				if again := generate(t, schema, seed); !bytes.Equal(answer, again) {
					t.Fatalf("got %s, then %s", answer, again)
				}
			}
		})
	}
}

var satisfiable = []string{
	`true`, `{}`, `{"type":"null"}`, `{"type":"boolean"}`, `{"type":["string","null"]}`, `{"type":["integer","array","null"]}`,
	`{"enum":["a",1,null,{"b":[true]}]}`, `{"const":null}`, `{"const":{"z":1,"a":[]}}`, `{"enum":["a","b"],"not":{"const":"a"}}`,
	`{"type":"integer","minimum":3,"maximum":3}`, `{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5}`, `{"type":"integer","minimum":1000000}`,
	`{"type":"integer","maximum":-1000000}`, `{"type":"integer","multipleOf":7,"minimum":100,"maximum":105}`, `{"type":"integer","minimum":2.5,"maximum":3.5}`,
	`{"type":"integer","not":{"multipleOf":2},"minimum":4,"maximum":6}`, `{"allOf":[{"type":"integer"},{"multipleOf":10},{"minimum":31}]}`,
	`{"type":"number","minimum":0.5,"maximum":0.5}`, `{"type":"number","exclusiveMinimum":0.1,"exclusiveMaximum":0.10001}`, `{"type":"number","maximum":-0.25}`,
	`{"type":"number","exclusiveMinimum":0,"maximum":1}`, `{"type":"number","exclusiveMaximum":0}`, `{"minimum":5,"exclusiveMaximum":6}`, `{"type":"number","multipleOf":0.25,"minimum":0,"maximum":5}`,
	`{"type":"string","minLength":1,"maxLength":1}`, `{"type":"string","maxLength":0}`, `{"type":"string","minLength":500}`, `{"minLength":2}`,
	`{"type":"string","pattern":"^[A-Z]{2}-[0-9]{4}$"}`, `{"type":"string","pattern":"^(red|green)+$","maxLength":12}`, `{"type":"string","pattern":"\\d{3}","minLength":6}`,
	`{"type":"string","pattern":"^\\S+@\\S+\\.[a-z]{2,}$"}`, `{"type":"string","pattern":"^[^a-zA-Z0-9]{3}$"}`, `{"type":"string","pattern":"^.{2,5}$"}`,
	`{"type":"array","items":{"type":"integer"},"minItems":4,"maxItems":6}`, `{"type":"array","maxItems":0}`, `{"type":"array","items":false}`,
	`{"type":"array","minItems":300,"items":{"type":"string"}}`, `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`,
	`{"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"const":"a"},{"const":1}],"additionalItems":false}`,
	`{"type":"array","uniqueItems":true,"items":{"type":"boolean"},"minItems":2}`, `{"type":"array","uniqueItems":true,"items":{"enum":[1,2,3,4,5]},"minItems":4}`,
	`{"type":"array","items":{"type":"integer"},"contains":{"minimum":500},"minItems":3}`,
	`{"type":"object","required":["a","b"]}`, `{"type":"object","properties":{"a":false,"b":{"type":"string"}}}`, `{"type":"object","minProperties":3}`,
	`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"}},"maxProperties":2,"required":["c"]}`,
	`{"type":"object","additionalProperties":{"type":"integer"},"minProperties":2}`, `{"additionalProperties":{"type":"string"}}`,
	`{"type":"object","patternProperties":{"^[A-Z]{3}$":{"type":"number"}},"additionalProperties":false,"minProperties":1}`,
	`{"type":"object","propertyNames":{"pattern":"^[a-z]{4,6}$"},"minProperties":2}`,
	`{"type":"object","properties":{"card":{"type":"string"},"address":{"type":"string"}},"dependentRequired":{"card":["address"]}}`,
	`{"allOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"a":{"minLength":30},"b":{"type":"null"}}}],"type":"object"}`,
	`{"oneOf":[{"type":"integer","multipleOf":3},{"type":"integer","multipleOf":5}]}`,
	`{"type":"object","properties":{"kind":{"enum":["a","b"]},"x":{"type":"integer"}},"required":["kind"],"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["x"]},"else":{"properties":{"x":false}}}`,
	`{"$ref":"#/$defs/a~1b/properties/c","$defs":{"a/b":{"properties":{"c":{"const":3}}}}}`, `{"properties":{"a":{"$ref":"#here"}},"required":["a"],"$defs":{"x":{"$anchor":"here","type":"integer"}}}`,
	`{"properties":{"a":{"$ref":"#/properties/b","minLength":20},"b":{"type":"string"}},"type":"object"}`,
	// schemas that refer to themselves
	`{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"]}`,
	`{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}}},"required":["kids"]}`, `{"type":"array","items":{"$ref":"#"}}`,
	`{"type":["object","null"],"properties":{"next":{"$ref":"#"}},"required":["next"]}`,
	`{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"],"additionalProperties":false}`,
	`{"type":"object","properties":{"e":{"anyOf":[{"$ref":"#"},{"type":"array","items":{"$ref":"#"}},{"type":"integer"}]}},"required":["e"]}`,
	`{"anyOf":[{"$ref":"#/$defs/loop"},{"type":"null"}],"$defs":{"loop":{"type":"object","properties":{"l":{"$ref":"#/$defs/loop"}},"required":["l"]}}}`,
}

func TestKeywords(t *testing.T) {
	for _, schema := range satisfiable {
		for seed := range uint64(seeds) {
			answer := generate(t, schema, seed)
			requireValid(t, schema, answer)
			if len(answer) > 20_000 {
				t.Errorf("%d bytes for %s", len(answer), schema)
			}
		}
	}
}

func TestPropertiesKeepTheirOrder(t *testing.T) {
	got := generate(t, `{"type":"object","properties":{"z":{"const":1},"a":{"const":2},"m":{"type":"object","properties":{"y":{"const":3},"b":{"const":4}}}},"required":["a","z"]}`, 1)
	if string(got) != `{"z":1,"a":2,"m":{"y":3,"b":4}}` {
		t.Errorf("got %s", got)
	}
}

func TestSeedsDiffer(t *testing.T) {
	answers := map[string]bool{}
	for seed := range uint64(seeds) {
		answers[string(generate(t, `{"type":"object","properties":{"word":{"type":"string"},"price":{"type":"number"}}}`, seed))] = true
	}
	if len(answers) < seeds/2 {
		t.Errorf("%d answers from %d seeds", len(answers), seeds)
	}
}

// Lookahead, which Go's patterns lack, is common beside a format in schemas made from TypeScript.
func TestFormatStandsInForAPatternGoCantRead(t *testing.T) {
	got := generate(t, `{"type":"string","format":"email","pattern":"^(?!\\.)(?!.*\\.\\.)[a-z0-9.]+@[a-z.]+$"}`, 1)
	if !strings.Contains(string(got), "@example.com") {
		t.Errorf("got %s", got)
	}
}

func TestRefusals(t *testing.T) {
	doubling := `"d0":{"type":"string"}`
	for i := range 40 {
		doubling += fmt.Sprintf(`,"d%d":{"type":"object","properties":{"a":{"$ref":"#/$defs/d%d"},"b":{"$ref":"#/$defs/d%d"}},"required":["a","b"]}`, i+1, i, i)
	}
	for says, schema := range map[string]string{
		"not a JSON Schema":           `[]`,
		"not a JSON Schema: ":         `{"type":5}`,
		"error parsing regexp":        `{"type":"string","pattern":"(?=x)y"}`,
		"no number fits":              `{"type":"integer","minimum":2,"maximum":1}`,
		"found no value":              `{"not":{}}`,
		"no type is possible":         `{"type":"string","allOf":[{"type":"integer"}]}`,
		"found no text":               `{"type":"string","pattern":"^a{3}$","maxLength":2}`,
		"no text has such a length":   `{"type":"string","minLength":1000000000}`,
		"without end":                 `{"$ref":"#"}`,
		"refers to itself":            `{"type":"object","properties":{"l":{"$ref":"#"}},"required":["l"]}`,
		"demands too large a value":   `{"type":"array","minItems":1000000000}`,
		"too large a value":           `{"type":"object","minProperties":1000000000}`,
		"schema demands too large":    `{"type":"array","minItems":9000,"items":{"type":"array","minItems":9000}}`,
		"demands too large":           `{"$ref":"#/$defs/d40","$defs":{` + doubling + `}}`,
		"itself without end":          strings.Repeat(`{"items":`, 300) + `{}` + strings.Repeat(`}`, 300),
		"not a JSON Schema: cannot r": `{"$ref":"#/$defs/none"}`,
	} {
		out, err := schemagen.Generate([]byte(schema), rand.New(rand.NewPCG(1, 1)))
		if err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(says, " cannot r")) {
			t.Errorf("%.80s: %s, %v; want %q", schema, out, err, says)
		}
	}
}

func FuzzGenerate(f *testing.F) {
	for _, schema := range satisfiable {
		f.Add([]byte(schema))
	}
	for _, schema := range realistic(f) {
		f.Add([]byte(schema))
	}
	f.Fuzz(func(t *testing.T, schema []byte) {
		out, err := schemagen.Generate(schema, rand.New(rand.NewPCG(1, 1)))
		if err == nil && !json.Valid(out) {
			t.Fatalf("%q is no JSON", out)
		}
	})
}
