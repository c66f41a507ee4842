package schemagen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
)

// generator builds one candidate.
type generator struct {
	document *document
	rng      *rand.Rand
	made     int // how many values, inner ones included
}

// most is how many values an answer may consist of.
const most = 20_000

// place is where in the value the generator is.
type place struct {
	depth int
	name  string // of the property, as a hint to what to say
}

// Below fullDepth an answer stops unfolding: optional parts are left out and choices end. Beyond deepest it is given up.
const (
	fullDepth = 8
	deepest   = 200
)

func (p place) shallow() bool { return p.depth < fullDepth }

func (p place) under(name string) place { return place{p.depth + 1, name} }

// value appends a value that fits the schema.
func (g *generator) value(dst []byte, s *schema, at place) ([]byte, error) {
	if g.made++; g.made > most {
		return nil, errTooLarge
	}
	s, err := g.flatten(s, at)
	switch {
	case err != nil:
		return nil, err
	case s.Const != nil:
		return appendAny(dst, *s.Const)
	case len(s.Enum) > 0:
		return appendAny(dst, s.Enum[g.rng.IntN(len(s.Enum))])
	}
	switch t := g.pickType(s, at); t {
	case "object":
		return g.object(dst, s, at)
	case "array":
		return g.array(dst, s, at)
	case "string":
		return g.text(dst, s, at)
	case "integer", "number":
		return g.number(dst, s, t == "integer")
	case "boolean":
		return appendAny(dst, g.rng.IntN(2) == 0)
	case "null":
		return append(dst, "null"...), nil
	default:
		return nil, fmt.Errorf("no type is possible (%q)", t)
	}
}

// pickType prefers a type that says something to null, above the depth where answers end.
func (g *generator) pickType(s *schema, at place) string {
	all := types(s)
	if len(all) == 0 {
		return implied(s)
	}
	if at.shallow() && len(all) > 1 {
		all = slices.DeleteFunc(slices.Clone(all), func(t string) bool { return t == "null" })
	} else if slices.Contains(all, "null") {
		return "null"
	}
	return all[g.rng.IntN(len(all))]
}

// implied is the type that a schema without one is about.
func implied(s *schema) string {
	switch {
	case len(s.Properties) > 0, len(s.Required) > 0, s.AdditionalProperties != nil, s.MinProperties != nil, len(s.PatternProperties) > 0:
		return "object"
	case s.Items != nil, len(s.PrefixItems) > 0, len(s.ItemsArray) > 0, s.Contains != nil, s.MinItems != nil, s.UniqueItems:
		return "array"
	case s.Minimum != nil, s.Maximum != nil, s.ExclusiveMinimum != nil, s.ExclusiveMaximum != nil, s.MultipleOf != nil:
		return "number"
	}
	return "string"
}

func appendAny(dst []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(dst, text...), err
}
