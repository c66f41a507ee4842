package schemagen

import (
	"encoding/json"
	"testing"
)

var satisfiableParts = map[string][]string{
	"arrays": {
		`{"type":"array","items":{"type":"integer"},"minItems":4,"maxItems":6}`, `{"type":"array","maxItems":0}`,
		`{"type":"array","items":false}`, `{"items":{"type":"boolean"}}`, `{"type":"array","minItems":300,"items":{"type":"string"}}`,
		`{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`,
		`{"type":"array","prefixItems":[{"type":"string"},false],"items":{"type":"integer"}}`,
		`{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"},"minItems":3}`,
		`{"allOf":[{"prefixItems":[{"minimum":5}]},{"prefixItems":[{"type":"integer"},{"type":"null"}]}],"type":"array","unevaluatedItems":false}`,
	},
	"unique items": {
		`{"type":"array","uniqueItems":true,"items":{"type":"boolean"},"minItems":2}`,
		`{"type":"array","uniqueItems":true,"items":{"enum":[1,2,3,4,5]},"minItems":5}`,
		`{"type":"array","uniqueItems":true,"items":{"enum":["a","b"]}}`,
		`{"type":"array","uniqueItems":true,"items":{"type":"integer","minimum":1,"maximum":30},"minItems":30}`,
		`{"type":"array","uniqueItems":true,"items":{"type":"string","default":"same"},"minItems":12}`,
		`{"type":"array","uniqueItems":true,"items":{"type":"string"},"minItems":150}`,
		`{"type":"array","uniqueItems":true,"minItems":20,"items":{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"integer"}}}}`,
		`{"type":"array","uniqueItems":true,"items":{"type":"string","pattern":"^[a-c]{2}$"},"minItems":9}`,
	},
	"contains": {
		`{"type":"array","contains":{"const":5}}`, `{"type":"array","items":{"type":"integer"},"contains":{"minimum":500},"minItems":3}`,
		`{"type":"array","items":{"type":"integer"},"contains":{"const":5},"minContains":2,"maxContains":2,"minItems":4}`,
		`{"type":"array","contains":{"type":"integer"},"minContains":0,"maxContains":0,"minItems":2}`,
		`{"type":"array","maxItems":1,"allOf":[{"contains":{"minimum":50}},{"contains":{"multipleOf":7}},{"contains":{"type":"integer"}}]}`,
		`{"type":"array","prefixItems":[{"type":"string"}],"contains":{"type":"integer"},"minContains":2}`,
	},
	"objects": {
		`{"type":"object","required":["a","b"]}`, `{"type":"object","properties":{"a":false,"b":{"type":"string"}}}`,
		`{"type":"object","minProperties":3}`, `{"type":"object","maxProperties":0,"properties":{"a":{"type":"string"}}}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"}},"maxProperties":2,"required":["c"]}`,
		`{"type":"object","additionalProperties":{"type":"integer"},"minProperties":2}`, `{"additionalProperties":{"type":"string"}}`,
		`{"type":"object","properties":{"x_a":{"minimum":5}},"patternProperties":{"^x_":{"type":"integer"}},"additionalProperties":false,"minProperties":3}`,
		`{"type":"object","patternProperties":{"^[A-Z]{3}$":{"type":"number"}},"additionalProperties":false}`,
		`{"type":"object","propertyNames":{"pattern":"^[a-z]{4,6}$"},"minProperties":2}`,
		`{"type":"object","propertyNames":{"enum":["red","green","blue"]},"additionalProperties":{"type":"integer"},"minProperties":3}`,
		`{"type":"object","propertyNames":{"maxLength":3},"properties":{"abc":{"type":"string"},"abcd":{"type":"string"}}}`,
		`{"allOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"a":{"minLength":30},"b":{"type":"null"}}}],"additionalProperties":true,"type":"object"}`,
	},
	"dependencies": {
		`{"type":"object","properties":{"card":{"type":"string"}},"dependentRequired":{"card":["address"],"address":["city"]}}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"maxProperties":2,"dependentRequired":{"a":["c"]}}`,
		`{"type":"object","properties":{"card":{"type":"string"}},"dependentSchemas":{"card":{"required":["cvc"],"properties":{"cvc":{"type":"string","pattern":"^\\d{3}$"}}}}}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"dependentSchemas":{"a":false}}`,
	},
	"unevaluated": {
		`{"type":"object","allOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"b":{"type":"integer"}},"unevaluatedProperties":false}`,
		`{"type":"object","anyOf":[{"properties":{"a":{"type":"string"}},"required":["a"]}],"unevaluatedProperties":{"type":"integer"},"minProperties":3}`,
		`{"type":"array","prefixItems":[{"type":"string"}],"unevaluatedItems":{"type":"integer"},"minItems":3}`,
		`{"type":"array","contains":{"type":"string"},"unevaluatedItems":false}`,
	},
	"references": {
		`{"$ref":"#/$defs/a~1b/properties/c%25d","$defs":{"a/b":{"properties":{"c%d":{"const":3}}}}}`,
		`{"properties":{"a":{"$ref":"#here"}},"$defs":{"x":{"$anchor":"here","type":"integer"}}}`,
		`{"$id":"https://example.com/root","properties":{"a":{"$ref":"item"},"b":{"$ref":"/item#/$defs/deep"}},
			"$defs":{"i":{"$id":"https://example.com/item","type":"object","properties":{"v":{"$ref":"#/$defs/deep"}},"required":["v"],"$defs":{"deep":{"type":"integer"}}}}}`,
		`{"properties":{"a":{"$ref":"#/properties/b","minLength":20},"b":{"type":"string"}},"type":"object"}`,
	},
}

func TestArraysAndObjects(t *testing.T) {
	t.Parallel()
	requireAllValid(t, satisfiableParts)
}

func TestMapsAreNotLeftEmpty(t *testing.T) {
	for _, schema := range []string{
		`{"type":"object","additionalProperties":{"type":"integer"}}`,
		`{"type":"object","patternProperties":{"^[a-z]+$":{"type":"integer"}}}`,
		`{"type":"object","propertyNames":{"minLength":2}}`,
	} {
		for seed := range uint64(seeds) {
			var answer map[string]any
			if err := json.Unmarshal(generate(t, schema, seed), &answer); err != nil || len(answer) == 0 {
				t.Fatalf("%s: got %v, %v", schema, answer, err)
			}
		}
	}
}

func TestImpossibleOptionalPartsAreLeftOut(t *testing.T) {
	schema := `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","minimum":2,"maximum":1}}}`
	if got := keys(t, generate(t, schema, 1)); got != "a" {
		t.Fatalf("keys are %q", got)
	}
}
