package schemagen

import (
	"encoding/json"
	"testing"
)

// TestOlderSpellings checks by hand what the oracle does not know.
func TestOlderSpellings(t *testing.T) {
	tests := []struct {
		name, schema string
		accepts      func(v any) bool
	}{
		{"draft-04 exclusive bounds", `{"type":"integer","minimum":3,"exclusiveMinimum":true,"maximum":5,"exclusiveMaximum":true}`,
			func(v any) bool { return v == 4.0 }},
		{"draft-04 inclusive bounds", `{"type":"integer","minimum":3,"exclusiveMinimum":false,"maximum":3}`,
			func(v any) bool { return v == 3.0 }},
		{"tuple in items", `{"type":"array","items":[{"const":"a"},{"const":1}],"additionalItems":false}`,
			func(v any) bool { return len(v.([]any)) == 2 && v.([]any)[0] == "a" && v.([]any)[1] == 1.0 }},
		{"additionalItems beside a schema", `{"type":"array","items":{"const":1},"additionalItems":false,"minItems":2}`,
			func(v any) bool { return v.([]any)[1] == 1.0 }},
		{"additionalItems alone", `{"type":"array","additionalItems":false,"minItems":1}`,
			func(v any) bool { return len(v.([]any)) > 0 }},
		{"additionalItems of a tuple", `{"items":[{"const":"a"}],"additionalItems":{"const":2},"minItems":2}`,
			func(v any) bool { return v.([]any)[1] == 2.0 }},
		{"dependencies", `{"type":"object","properties":{"a":{"const":1}},"dependencies":{"a":["b"],"b":{"required":["c"]}}}`,
			func(v any) bool { return v.(map[string]any)["b"] != nil && v.(map[string]any)["c"] != nil }},
		{"anchor in $id", `{"properties":{"a":{"$ref":"#x"}},"definitions":{"x":{"$id":"#x","const":1}}}`,
			func(v any) bool { return v.(map[string]any)["a"] == 1.0 }},
		{"siblings of $ref", `{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/x","type":"string"}},"definitions":{"x":{"const":1}}}`,
			func(v any) bool { return v.(map[string]any)["a"] == 1.0 }},
		{"OpenAPI components", `{"$ref":"#/components/schemas/X","components":{"schemas":{"X":{"const":1}}}}`,
			func(v any) bool { return v == 1.0 }},
		{"OpenAPI example", `{"type":"string","example":"Porto"}`,
			func(v any) bool { return v == "Porto" }},
		{"OpenAPI named examples", `{"type":"string","examples":{"one":{"value":"Porto"}}}`,
			func(v any) bool { return v != "" }},
		{"nullable without another way", `{"type":"string","nullable":true,"minLength":2,"maxLength":1}`,
			func(v any) bool { return v == nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				var v any
				answer := generate(t, test.schema, seed)
				if err := json.Unmarshal(answer, &v); err != nil {
					t.Fatal(err)
				}
				if !test.accepts(v) {
					t.Fatalf("got %s", answer)
				}
			}
		})
	}
}

func TestSuggestionsAreUsedWhenValid(t *testing.T) {
	tests := []struct{ schema, want string }{
		{`{"type":"string","default":"fallback"}`, `"fallback"`},
		{`{"type":"integer","default":"no","examples":[7]}`, `7`},
		{`{"type":"object","properties":{"n":{"type":"integer"}},"examples":[{"n":1.0}]}`, `{"n":1.0}`},
		{`{"anyOf":[{"type":"string","const":"x"},{"type":"null"}],"default":null,"not":{"type":"null"}}`, `"x"`},
		{`{"enum":["a","b","c"],"default":"c"}`, `"c"`},
		{`{"$ref":"#/$defs/a","default":3,"$defs":{"a":{"type":"integer"}}}`, `3`},
	}
	for _, test := range tests {
		for seed := range uint64(seeds) {
			if got := string(generate(t, test.schema, seed)); got != test.want {
				t.Fatalf("%s: got %s", test.schema, got)
			}
		}
	}
}

// A default of null or of an empty list is what the absence of an answer
// means; the answer itself is filled in.
func TestHollowDefaultsAreFilledIn(t *testing.T) {
	schema := `{"type":"object","properties":{
		"a":{"type":"array","items":{"type":"string"},"minItems":0,"default":[]},
		"b":{"type":"string","minLength":1,"default":""},
		"c":{"type":"object","properties":{"d":{"type":"integer"}},"default":{}}}}`
	for seed := range uint64(seeds) {
		answer, err := decode(generate(t, schema, seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range answer.members {
			if m.value.hollow() {
				t.Fatalf("%s is hollow in %s", m.name, encode(answer))
			}
		}
	}
}
