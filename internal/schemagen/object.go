package schemagen

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// object fills in every property in the order of the schema, and then what else is required.
func (g *generator) object(dst []byte, s *schema, at place) ([]byte, error) {
	names := slices.Clone(s.PropertyOrder)
	for _, name := range s.Required {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	optional := func(name string) bool { return !slices.Contains(s.Required, name) }
	if !at.shallow() || s.MaxProperties != nil && len(names) > *s.MaxProperties {
		names = slices.DeleteFunc(names, optional)
	}
	var err error
	if bound(s.MinProperties, 0) > most {
		return nil, errTooLarge
	}
	for i := 0; len(names) < bound(s.MinProperties, 0) && i < most; i++ {
		if names, err = g.inventName(names, s, at); err != nil {
			return nil, err
		}
	}
	dst = append(dst, '{')
	first := true
	for _, name := range names {
		before := len(dst)
		if !first {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendString(dst, name), ':')
		with, err := g.value(dst, propertySchema(s, name), at.under(name))
		switch {
		case err == nil:
			dst, first = with, false
		case optional(name) && !errors.Is(err, errTooLarge): // it may be impossible, or endless
			dst = dst[:before]
		default:
			return nil, fmt.Errorf("property %q: %w", name, err)
		}
	}
	return append(dst, '}'), nil
}

// propertySchema is what holds for a property: its own schema, or the one of those that the schema does not name.
func propertySchema(s *schema, name string) *schema {
	if own := s.Properties[name]; own != nil {
		return own
	}
	for pattern, other := range s.PatternProperties {
		if matches(pattern, name) {
			return other
		}
	}
	return s.AdditionalProperties
}

// inventName adds the name of a property that the schema allows and does not name.
func (g *generator) inventName(names []string, s *schema, at place) ([]string, error) {
	name := words[g.rng.IntN(len(words))]
	if rule := s.PropertyNames; rule != nil {
		flat, err := g.flatten(rule, at)
		if err != nil {
			return nil, err
		}
		if name, err = g.say(flat, at); err != nil {
			return nil, err
		}
	}
	for pattern := range s.PatternProperties {
		if s.PropertyNames == nil {
			var err error
			if name, err = g.matching(pattern); err != nil {
				return nil, err
			}
		}
		break
	}
	if slices.Contains(names, name) {
		name = fmt.Sprint(name, len(names))
	}
	return append(names, name), nil
}
