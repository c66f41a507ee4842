package schemagen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestRecursionEnds(t *testing.T) {
	tests := map[string]string{
		"optional":        `{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"]}`,
		"array":           `{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}}},"required":["kids"]}`,
		"array of itself": `{"type":"array","items":{"$ref":"#"}}`,
		"map of itself":   `{"type":"object","additionalProperties":{"$ref":"#"}}`,
		"tuple of itself": `{"type":"array","prefixItems":[{"$ref":"#"},{"$ref":"#"}]}`,
		"null type":       `{"type":["object","null"],"properties":{"next":{"$ref":"#"}},"required":["next"]}`,
		"any branch":      `{"type":"object","properties":{"e":{"anyOf":[{"$ref":"#"},{"type":"array","items":{"$ref":"#"},"minItems":2},{"type":"integer"}]}},"required":["e"]}`,
		"deepest branch": `{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","properties":{"x":{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}]}},"required":["x"]},
			"b":{"type":"object","properties":{"y":{"anyOf":[{"$ref":"#/$defs/a"},{"const":1}]}},"required":["y"]}}}`,
		"untyped":         `{"properties":{"v":{"minimum":3},"next":{"$ref":"#"}},"required":["v"]}`,
		"contains itself": `{"type":"array","items":{"$ref":"#","contains":{"const":1}}}`,
		"dead end":        `{"anyOf":[{"$ref":"#/$defs/loop"},{"type":"null"}],"$defs":{"loop":{"type":"object","properties":{"l":{"$ref":"#/$defs/loop"}},"required":["l"]}}}`,
	}
	for name, schema := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				answer := generate(t, schema, seed)
				requireValid(t, []byte(schema), answer)
				if len(answer) > 2000 {
					t.Fatalf("%d bytes: %s", len(answer), answer)
				}
			}
		})
	}
}

// Ten types that all refer to each other have millions of paths without a
// repetition.
func TestMutualRecursionStaysSmall(t *testing.T) {
	var definitions, properties []string
	for i := range 10 {
		properties = append(properties, fmt.Sprintf(`"p%d":{"$ref":"#/$defs/t%d"}`, i, i))
	}
	for i := range 10 {
		definitions = append(definitions, fmt.Sprintf(`"t%d":{"type":"object","properties":{%s}}`, i, strings.Join(properties, ",")))
	}
	schema := `{"$ref":"#/$defs/t0","$defs":{` + strings.Join(definitions, ",") + `}}`
	answer := generate(t, schema, 1)
	requireValid(t, []byte(schema), answer)
	if len(answer) > 100_000 {
		t.Fatalf("%d bytes", len(answer))
	}
}

func TestNullableEndsRecursionOnly(t *testing.T) {
	schema := `{"type":"object","nullable":true,"properties":{"name":{"type":"string","nullable":true},"next":{"$ref":"#"}},"required":["name","next"]}`
	for seed := range uint64(seeds) {
		answer := string(generate(t, schema, seed))
		if !strings.Contains(answer, `"next":null`) || strings.Contains(answer, `"name":null`) {
			t.Fatalf("got %s", answer)
		}
	}
}

func TestHostileSchemasEndSoon(t *testing.T) {
	t.Parallel()
	doubling := `"d0":{"type":"string"}`
	for i := 1; i <= 40; i++ {
		doubling += fmt.Sprintf(`,"d%d":{"type":"object","properties":{"a":{"$ref":"#/$defs/d%d"},"b":{"$ref":"#/$defs/d%d"}},"required":["a","b"]}`, i, i-1, i-1)
	}
	alternatives := strings.Repeat(`{"anyOf":[{"minimum":1},{"minimum":2},{"minimum":3}]},`, 30)
	tests := map[string]string{
		"doubling":         `{"$ref":"#/$defs/d40","$defs":{` + doubling + `}}`,
		"huge array":       `{"type":"array","minItems":1000000000,"items":true}`,
		"arrays of arrays": `{"type":"array","minItems":9000,"items":{"type":"array","minItems":9000}}`,
		"huge object":      `{"type":"object","minProperties":1000000000}`,
		"long text":        `{"type":"string","minLength":1000000000}`,
		"alternatives":     `{"allOf":[` + alternatives + `{"type":"integer","maximum":0}]}`,
		"deep":             strings.Repeat(`{"items":`, 5000) + `{}` + strings.Repeat(`}`, 5000),
		"many unique":      `{"type":"array","uniqueItems":true,"minItems":9999,"items":{"type":"integer"}}`,
		"slow pattern":     `{"type":"string","minLength":30000,"pattern":"^(.{0,10}.{0,90}){0,10}x{1000}y$"}`,
	}
	for name, schema := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, err := Generate([]byte(schema), rand.New(rand.NewPCG(1, 1))); err == nil {
				t.Fatal("no error")
			}
			if took := time.Since(start); took > patience {
				t.Fatalf("took %v", took)
			}
		})
	}
}
