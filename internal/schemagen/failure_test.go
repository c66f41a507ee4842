package schemagen

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// requireFailure checks that an error names the place and the keyword.
func requireFailure(t *testing.T, schema, at, keyword string) {
	t.Helper()
	answer, err := Generate([]byte(schema), rand.New(rand.NewPCG(1, 1)))
	if err == nil {
		t.Errorf("%s: no error, but %s", schema, answer)
		return
	}
	var f *failure
	if !errors.As(err, &f) {
		t.Errorf("%s: %v names no place", schema, err)
		return
	}
	if f.at != at || f.keyword != keyword {
		t.Errorf("%s: blames %s %q, not %s %q: %v", schema, f.at, f.keyword, at, keyword, err)
	}
}

func TestFailuresNameThePlace(t *testing.T) {
	tests := []struct{ schema, at, keyword string }{
		{`false`, "#", "false"},
		{`{"properties":{"a":{"type":"object","properties":{"b":{"type":"strnig"}}}}}`, "#/properties/a/properties/b", "type"},
		{`{"type":[]}`, "#", "type"},
		{`{"enum":[]}`, "#", "enum"},
		{`{"enum":"a"}`, "#", "enum"},
		{`{"minLength":-1}`, "#", "minLength"},
		{`{"minLength":1.5}`, "#", "minLength"},
		{`{"minimum":"1"}`, "#", "minimum"},
		{`{"multipleOf":0}`, "#", "multipleOf"},
		{`{"pattern":1}`, "#", "pattern"},
		{`{"format":1}`, "#", "format"},
		{`{"uniqueItems":"yes"}`, "#", "uniqueItems"},
		{`{"required":true}`, "#", "required"},
		{`{"required":[1]}`, "#", "required"},
		{`{"properties":[]}`, "#", "properties"},
		{`{"properties":{"a/b~c":null}}`, "#/properties/a~1b~0c", ""},
		{`{"anyOf":[]}`, "#", "anyOf"},
		{`{"allOf":{}}`, "#", "allOf"},
		{`{"prefixItems":[true],"items":[true]}`, "#", "items"},
		{`{"dependentRequired":{"a":1}}`, "#", "dependentRequired"},
		{`{"dependentRequired":[]}`, "#", "dependentRequired"},
		{`{"patternProperties":{"(?<=a)b":true}}`, "#", "patternProperties"},
		{`{"a":1,"a":2}`, "#", "a"},
		{`{"minimum":1e400}`, "#/minimum", ""},
		{`{"const":1e-400}`, "#/const", ""},
		{`{"$ref":"#/$defs/gone"}`, "#", "$ref"},
		{`{"$ref":"#gone"}`, "#", "$ref"},
		{`{"$ref":"other.json"}`, "#", "$ref"},
		{`{"$ref":"%zz"}`, "#", "$ref"},
		{`{"$ref":1}`, "#", "$ref"},
		{`{"$ref":"#"}`, "#", "$ref"},
		{`{"$id":"%zz"}`, "#", "$id"},
		{`{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}`, "#/$defs/b", "$anchor"},
		{`{"items":{"$dynamicRef":"#x"}}`, "#/items", "$dynamicRef"},
		{`{"anyOf":[{"$ref":"#"},{"type":"null"}]}`, "#", "$ref"},
		{`{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}`, "#", "$ref"},
	}
	for _, test := range tests {
		requireFailure(t, test.schema, test.at, test.keyword)
	}
}

func TestUnsatisfiable(t *testing.T) {
	tests := []struct{ schema, at, keyword string }{
		{`{"type":"integer","minimum":2,"maximum":1}`, "#", "maximum"},
		{`{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}`, "#", "exclusiveMaximum"},
		{`{"type":"integer","minimum":8,"maximum":13,"multipleOf":7}`, "#", "multipleOf"},
		{`{"type":"string","minLength":5,"maxLength":4}`, "#", "minLength"},
		{`{"type":"string","pattern":"^a$","minLength":2}`, "#", "pattern"},
		{`{"type":"string","format":"uuid","maxLength":5}`, "#", "format"},
		{`{"allOf":[{"type":"string"},{"type":"integer"}]}`, "#", "type"},
		{`{"minimum":2,"maximum":1}`, "#", "maximum"},
		{`{"const":1,"type":"string"}`, "#", "const"},
		{`{"enum":[1,2],"minimum":5}`, "#", "enum"},
		{`{"not":{}}`, "#", "not"},
		{`{"type":"boolean","not":{"type":"boolean"}}`, "#", "not"},
		{`{"oneOf":[true,true]}`, "#", "oneOf"},
		{`{"anyOf":[false,false]}`, "#", "false"},
		{`{"type":"object","properties":{"a":{"type":"string","maxLength":0,"minLength":1}},"required":["a"]}`, "#/properties/a", "minLength"},
		{`{"type":"object","properties":{"a":false},"required":["a"]}`, "#", "false"},
		{`{"type":"object","required":["abc"],"propertyNames":{"maxLength":2}}`, "#", "propertyNames"},
		{`{"type":"object","minProperties":1,"additionalProperties":false}`, "#", "minProperties"},
		{`{"type":"array","uniqueItems":true,"minItems":3,"items":{"type":"boolean"}}`, "#/items", "type"},
		{`{"type":"array","contains":false}`, "#", "contains"},
		{`{"type":"array","minItems":20000}`, "#", "minItems"},
	}
	for _, test := range tests {
		requireFailure(t, test.schema, test.at, test.keyword)
	}
}

func TestNotJSON(t *testing.T) {
	for _, schema := range []string{``, `{`, `{"a":}`, `{} {}`, `nul`, `"text"`, `[]`, `3`} {
		if answer, err := Generate([]byte(schema), rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("%q: no error, but %s", schema, answer)
		}
	}
}

func TestFailuresReadWell(t *testing.T) {
	_, err := Generate([]byte(`{"properties":{"zip":{"pattern":"(?<=a)b"}},"required":["zip"]}`), rand.New(rand.NewPCG(1, 1)))
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"schemagen: ", "#/properties/zip: ", "pattern: ", "add enum, examples or default"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q misses %q", err, part)
		}
	}
}
