package schemagen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// schema is a JSON Schema under construction.
type schema = map[string]any

// grower draws schemas that have instances by the way they are put together.
type grower struct{ t *rapid.T }

func (g grower) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(g.t, label)
}

func (g grower) flip(label string) bool { return rapid.Bool().Draw(g.t, label) }

func (g grower) scalar() schema {
	switch g.number("scalar", 0, 7) {
	case 0:
		return schema{"type": "boolean"}
	case 1:
		return g.integer()
	case 2:
		return g.fraction()
	case 3:
		return g.text()
	case 4:
		return g.patterned()
	case 5:
		return schema{"enum": []any{"red", 7, nil, schema{"deep": []any{true}}}}
	case 6:
		return schema{"type": "string", "format": rapid.SampledFrom([]string{"date", "email", "uuid", "uri", "ipv6", "odd"}).Draw(g.t, "format")}
	}
	return schema{"type": []any{"null", "string"}, "maxLength": 5}
}

// integer leaves a range at least as wide as the step.
func (g grower) integer() schema {
	low, step := g.number("low", -1000, 1000), g.number("step", 1, 40)
	high := low + step + g.number("width", 0, 3000)
	s := schema{"type": "integer", "minimum": low, "multipleOf": step}
	s[rapid.SampledFrom([]string{"maximum", "exclusiveMaximum"}).Draw(g.t, "upper")] = high
	if g.flip("not the first") {
		s = schema{"allOf": []any{s, schema{"maximum": high + 100}}, "not": schema{"const": low - 1}}
	}
	return s
}

func (g grower) fraction() schema {
	low := float64(g.number("low", -500, 500)) / 4
	s := schema{"type": "number", "exclusiveMinimum": low, "maximum": low + float64(g.number("width", 1, 50))}
	if g.flip("step") {
		s["multipleOf"] = rapid.SampledFrom([]float64{0.5, 0.25, 0.1, 0.01, 0.05}).Draw(g.t, "step")
	}
	return s
}

func (g grower) text() schema {
	low := g.number("shortest", 0, 30)
	s := schema{"type": "string", "minLength": low}
	if g.flip("bounded") {
		s["maxLength"] = low + g.number("spare", 0, 10)
	}
	return s
}

func (g grower) patterned() schema {
	low := g.number("shortest", 1, 12)
	pattern := rapid.SampledFrom([]string{`^[a-z]+$`, `^\w*$`, `^[A-F0-9]{1,40}$`, `x`, `^(ab|c)+$`, `^\d.*[^0-9]$|^z+$`}).Draw(g.t, "pattern")
	return schema{"type": "string", "pattern": pattern, "minLength": low, "maxLength": low + 4}
}

func (g grower) any(depth int) schema {
	if depth <= 0 {
		return g.scalar()
	}
	switch g.number("kind", 0, 8) {
	case 0, 1:
		return g.object(depth)
	case 2:
		return g.array(depth)
	case 3:
		return g.tuple(depth)
	case 4:
		return g.dictionary(depth)
	case 5:
		return schema{"anyOf": []any{g.any(depth - 1), schema{"type": "null"}}, "default": nil}
	case 6:
		return g.tagged(depth)
	case 7:
		return schema{"$ref": "#/$defs/shared", "description": "shared"}
	}
	return g.scalar()
}

func (g grower) object(depth int) schema {
	properties, required := schema{}, []any{}
	for i := range g.number("properties", 1, 4) {
		name := fmt.Sprintf("p%d", i)
		properties[name] = g.any(depth - 1)
		if g.flip("required") {
			required = append(required, name)
		}
	}
	if g.flip("recursive") {
		properties["again"] = schema{"anyOf": []any{schema{"$ref": "#"}, schema{"type": "null"}}}
	}
	s := schema{"type": "object", "properties": properties, "required": required, "minProperties": len(required), "additionalProperties": false}
	if g.flip("dependent") {
		s["dependentRequired"] = schema{"again": []any{"p0"}}
	}
	if g.flip("forbidden") {
		properties["extra"] = schema{"type": "integer"}
		s["not"] = schema{"required": []any{"extra"}}
	}
	return s
}

func (g grower) array(depth int) schema {
	low := g.number("fewest", 0, 4)
	s := schema{"type": "array", "items": g.any(depth - 1), "minItems": low, "maxItems": low + g.number("spare", 0, 3)}
	switch g.number("array", 0, 3) {
	case 0:
		s["uniqueItems"], s["items"] = true, schema{"type": []any{"string", "integer"}}
	case 1:
		s["items"], s["contains"] = schema{"type": "integer"}, schema{"minimum": 900}
		s["minItems"], s["minContains"], s["maxContains"], s["maxItems"] = low+2, 2, 2, low+4
	}
	return s
}

func (g grower) tuple(depth int) schema {
	return schema{"type": "array", "prefixItems": []any{g.any(depth - 1), g.any(depth - 1)}, "items": g.flip("open"), "minItems": g.number("fewest", 0, 2)}
}

func (g grower) dictionary(depth int) schema {
	s := schema{"type": "object", "minProperties": g.number("fewest", 0, 3)}
	switch g.number("dictionary", 0, 2) {
	case 0:
		s["additionalProperties"] = g.any(depth - 1)
	case 1:
		s["patternProperties"] = schema{`^x-[a-z]+$`: g.any(depth - 1)}
		s["additionalProperties"] = false
	default:
		s["propertyNames"] = schema{"minLength": 3, "maxLength": 9}
	}
	return s
}

// tagged tells its branches apart, so that one of them matches exactly.
func (g grower) tagged(depth int) schema {
	var branches []any
	for i := range g.number("branches", 1, 3) {
		kind := schema{"const": fmt.Sprintf("kind%d", i)}
		branches = append(branches, schema{"type": "object", "properties": schema{"kind": kind, "body": g.any(depth - 1)}, "required": []any{"kind"}})
	}
	s := schema{"oneOf": branches}
	if g.flip("conditional") {
		s["if"] = schema{"properties": schema{"kind": schema{"const": "kind0"}}}
		s["then"] = schema{"required": []any{"body"}}
	}
	return s
}

// The root is an object, which may lack every recursive property: so a
// reference to it can always be satisfied.
func (g grower) root() schema {
	s := g.object(3)
	s["$defs"] = schema{"shared": g.scalar()}
	return s
}

func TestGeneratedSchemas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document, err := json.Marshal(grower{t}.root())
		if err != nil {
			t.Fatal(err)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		answer, err := Generate(document, rand.New(rand.NewPCG(seed, seed)))
		if err != nil {
			t.Fatalf("%v\nschema %s", err, document)
		}
		requireValid(t, document, answer)
		again, err := Generate(document, rand.New(rand.NewPCG(seed, seed)))
		if err != nil || string(again) != string(answer) {
			t.Fatalf("not the same again: %s, then %s, %v", answer, again, err)
		}
		if strings.Contains(string(answer), "\n") {
			t.Fatalf("not compact: %s", answer)
		}
	})
}
