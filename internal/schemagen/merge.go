package schemagen

import (
	"maps"
	"slices"
)

// flatten returns a schema without references and combinations: one in which every keyword says something about the
// value itself. Where there is a choice it picks a branch.
func (g *generator) flatten(s *schema, at place) (*schema, error) {
	if s == nil {
		return new(schema), nil
	}
	switch {
	case at.depth > deepest:
		return nil, errEndless
	case g.document.never[s]:
		return nil, errNever
	}
	at.depth++
	flat := *s
	flat.AllOf, flat.AnyOf, flat.OneOf, flat.Ref, flat.If = nil, nil, nil, "", nil
	parts := slices.Clone(s.AllOf)
	if s.Ref != "" {
		target := g.document.places[s.Ref]
		if target == nil {
			return nil, &refError{s.Ref}
		}
		parts = append(parts, target)
	}
	for _, choice := range [][]*schema{s.AnyOf, s.OneOf} {
		if len(choice) > 0 {
			parts = append(parts, g.branch(choice, at))
		}
	}
	if s.If != nil {
		parts = append(parts, [][]*schema{{s.If, s.Then}, {s.Else}}[g.rng.IntN(2)]...)
	}
	for _, part := range parts {
		other, err := g.flatten(part, at)
		if err != nil {
			return nil, err
		}
		merge(&flat, other)
	}
	return &flat, nil
}

type refError struct{ ref string }

func (e *refError) Error() string {
	return "reference " + e.ref + " leads nowhere; only references inside the schema are followed"
}

// branch picks one of several schemas: any of them, but below the depth where an answer gets long one that ends.
func (g *generator) branch(choice []*schema, at place) *schema {
	if at.shallow() {
		return choice[g.rng.IntN(len(choice))]
	}
	for _, s := range choice {
		if s.Type == "null" || s.Const != nil || len(s.Enum) > 0 {
			return s
		}
	}
	for _, s := range choice {
		if s.Type != "" && s.Type != "object" && s.Type != "array" {
			return s
		}
	}
	return choice[g.rng.IntN(len(choice))]
}

// merge narrows a schema by another: a value under the result is meant to fit both.
func merge(s, other *schema) {
	s.Type, s.Types = mergeTypes(s, other)
	if s.Const == nil {
		s.Const = other.Const
	}
	if len(s.Enum) == 0 {
		s.Enum = other.Enum
	}
	s.Minimum, s.ExclusiveMinimum = larger(s.Minimum, other.Minimum), larger(s.ExclusiveMinimum, other.ExclusiveMinimum)
	s.Maximum, s.ExclusiveMaximum = smaller(s.Maximum, other.Maximum), smaller(s.ExclusiveMaximum, other.ExclusiveMaximum)
	s.MinLength, s.MaxLength = larger(s.MinLength, other.MinLength), smaller(s.MaxLength, other.MaxLength)
	s.MinItems, s.MaxItems = larger(s.MinItems, other.MinItems), smaller(s.MaxItems, other.MaxItems)
	s.MinProperties, s.MaxProperties = larger(s.MinProperties, other.MinProperties), smaller(s.MaxProperties, other.MaxProperties)
	if s.MultipleOf == nil {
		s.MultipleOf = other.MultipleOf
	}
	if s.Pattern == "" {
		s.Pattern = other.Pattern
	}
	if s.Format == "" {
		s.Format = other.Format
	}
	mergeArrays(s, other)
	mergeObjects(s, other)
}

func mergeArrays(s, other *schema) {
	s.Items, s.Contains = both(s.Items, other.Items), both(s.Contains, other.Contains)
	s.UniqueItems = s.UniqueItems || other.UniqueItems
	if len(s.PrefixItems) == 0 {
		s.PrefixItems = other.PrefixItems
	}
	if len(s.ItemsArray) == 0 {
		s.ItemsArray = other.ItemsArray
	}
}

func mergeObjects(s, other *schema) {
	s.Required = append(slices.Clone(s.Required), other.Required...)
	s.AdditionalProperties = both(s.AdditionalProperties, other.AdditionalProperties)
	s.PropertyNames = both(s.PropertyNames, other.PropertyNames)
	s.Properties, s.PropertyOrder = maps.Clone(s.Properties), slices.Clone(s.PropertyOrder)
	if s.Properties == nil {
		s.Properties = map[string]*schema{}
	}
	for _, name := range other.PropertyOrder {
		if s.Properties[name] == nil {
			s.PropertyOrder = append(s.PropertyOrder, name)
		}
		s.Properties[name] = both(s.Properties[name], other.Properties[name])
	}
}

// both is the conjunction of two schemas, either of which may be absent.
func both(a, b *schema) *schema {
	switch {
	case a == nil:
		return b
	case b == nil || a == b:
		return a
	}
	return &schema{AllOf: []*schema{a, b}}
}

func larger[N int | float64](a, b *N) *N {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

func smaller[N int | float64](a, b *N) *N {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

func types(s *schema) []string {
	if s.Type != "" {
		return []string{s.Type}
	}
	return s.Types
}

func mergeTypes(s, other *schema) (string, []string) {
	a, b := types(s), types(other)
	if len(a) == 0 || len(b) == 0 {
		return "", append(slices.Clone(a), b...)
	}
	common := slices.DeleteFunc(slices.Clone(a), func(t string) bool {
		return !slices.Contains(b, t) && (t != "integer" || !slices.Contains(b, "number"))
	})
	if slices.Contains(a, "number") && slices.Contains(b, "integer") {
		common = append(common, "integer")
	}
	if len(common) == 0 {
		common = []string{"none"} // an empty list would allow every type
	}
	return "", common
}
