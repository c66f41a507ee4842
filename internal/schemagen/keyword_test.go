package schemagen

import "testing"

// satisfiable lists small schemas by what they exercise; all of them have
// instances, and the oracle reads them as written.
var satisfiable = map[string][]string{
	"boolean schemas": {
		`true`, `{}`, `{"type":"object","properties":{"a":true,"b":false}}`,
	},
	"types": {
		`{"type":"null"}`, `{"type":"boolean"}`, `{"type":"integer"}`, `{"type":"number"}`, `{"type":"string"}`,
		`{"type":"array"}`, `{"type":"object"}`, `{"type":["string","null"]}`, `{"type":["integer","array","null"]}`,
		`{"type":["number","integer"]}`,
	},
	"enum and const": {
		`{"enum":["a",1,null,{"b":[true]}]}`, `{"const":null}`, `{"const":1.50}`, `{"const":{"z":1,"a":[]}}`,
		`{"enum":["a","b"],"not":{"const":"a"}}`, `{"enum":[1,"x",null],"type":["string","null"]}`,
		`{"type":"string","enum":["short","somewhat longer"],"minLength":6}`,
		`{"allOf":[{"enum":[1,2,3]},{"enum":[3,4]}]}`,
	},
	"integers": {
		`{"type":"integer","minimum":3,"maximum":3}`, `{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5}`,
		`{"type":"integer","minimum":1000000}`, `{"type":"integer","maximum":-1000000}`,
		`{"type":"integer","multipleOf":7,"minimum":100,"maximum":105}`, `{"type":"integer","multipleOf":0.5}`,
		`{"type":"integer","minimum":2.5,"maximum":3.5}`, `{"type":"integer","minimum":1e30}`,
		`{"allOf":[{"type":"integer","multipleOf":6},{"multipleOf":10},{"minimum":31}]}`,
		`{"type":"integer","not":{"multipleOf":2},"minimum":4,"maximum":6}`,
		`{"type":"integer","minimum":1,"maximum":1000,"not":{"maximum":998}}`,
	},
	"numbers": {
		`{"type":"number","multipleOf":0.01,"minimum":0,"maximum":5}`, `{"type":"number","minimum":0.5,"maximum":0.5}`,
		`{"type":"number","exclusiveMinimum":0.1,"exclusiveMaximum":0.10001}`, `{"type":"number","multipleOf":1e-7}`,
		`{"type":"number","exclusiveMinimum":1e-300,"exclusiveMaximum":1e-299}`, `{"type":"number","multipleOf":2.5,"minimum":1e6}`,
		`{"type":"number","minimum":-1e308,"maximum":1e308}`, `{"type":"number","maximum":-0.25}`,
		`{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":1.0000000000000004}`, `{"minimum":5,"exclusiveMaximum":6}`,
		`{"type":"number","not":{"type":"integer"}}`, `{"multipleOf":0.1,"minimum":0.3,"maximum":0.4}`,
	},
	"strings": {
		`{"type":"string","minLength":1,"maxLength":1}`, `{"type":"string","maxLength":0}`, `{"type":"string","minLength":500}`,
		`{"type":"string","minLength":23,"maxLength":23}`, `{"minLength":2}`, `{"type":"string","not":{"enum":["amber"]}}`,
		`{"type":"string","minLength":3,"not":{"minLength":5}}`,
	},
	"suggestions": {
		`{"type":"string","default":"fallback"}`, `{"type":"integer","default":"not a number"}`,
		`{"type":"string","pattern":"^x+$","examples":["abc","xx"]}`, `{"type":"array","items":{"type":"integer"},"default":[1,2]}`,
	},
	"conditions": {
		`{"type":"object","properties":{"kind":{"enum":["a","b"]},"x":{"type":"integer"}},"required":["kind"],
			"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["x"],"properties":{"x":{"minimum":10}}},"else":{"properties":{"x":{"maximum":-10}}}}`,
		`{"type":"integer","if":{"minimum":50},"then":{"multipleOf":5},"else":{"multipleOf":3}}`,
		`{"if":{"type":"string"},"then":{"minLength":40}}`, `{"if":true,"then":{"const":1}}`, `{"if":false,"then":{"const":1},"else":{"const":2}}`,
	},
	"alternatives": {
		`{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}`, `{"oneOf":[{"type":"integer"},{"type":"number"}]}`,
		`{"oneOf":[{"multipleOf":3},{"multipleOf":5}],"type":"integer"}`, `{"anyOf":[false,{"const":7}]}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`,
		`{"allOf":[{"anyOf":[{"type":"string"},{"type":"integer"}]},{"anyOf":[{"type":"null"},{"type":"integer"}]}]}`,
		`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"}},"not":{"required":["b"]}}`,
		`{"not":{"type":["string","integer","number","boolean"]}}`, `{"not":{"not":{"type":"array"}}}`,
		`{"oneOf":[{"properties":{"k":{"const":1}},"required":["k"]},{"properties":{"k":{"const":2}},"required":["k"]}],"type":"object"}`,
	},
}

func TestScalarsAndCombinations(t *testing.T) {
	t.Parallel()
	requireAllValid(t, satisfiable)
}

func requireAllValid(t *testing.T, groups map[string][]string) {
	t.Helper()
	for name, schemas := range groups {
		t.Run(name, func(t *testing.T) {
			for _, schema := range schemas {
				for seed := range uint64(seeds) {
					requireValid(t, []byte(schema), generate(t, schema, seed))
				}
			}
		})
	}
}
