package schemagen

import (
	"bytes"
	"errors"
	"fmt"
)

// usualItems is how many elements an array without bounds has at most.
const usualItems = 3

func (g *generator) array(dst []byte, s *schema, at place) ([]byte, error) {
	prefix, rest := s.PrefixItems, s.Items
	if len(s.ItemsArray) > 0 {
		prefix, rest = s.ItemsArray, s.AdditionalItems
	}
	n := g.length(s, at, len(prefix))
	if n > most {
		return nil, errTooLarge
	}
	var items [][]byte
	for tries := 0; len(items) < n && tries < 20*n; tries++ {
		element := rest
		if len(items) < len(prefix) {
			element = prefix[len(items)]
		}
		if i := len(items) - len(prefix); s.Contains != nil && i >= 0 && i < contained(s) {
			element = both(element, s.Contains)
		}
		item, err := g.value(nil, element, at.under(at.name))
		if err != nil && len(items) >= bound(s.MinItems, 0) && !errors.Is(err, errTooLarge) {
			break // an element that is not needed may be impossible, or endless
		}
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", len(items), err)
		}
		if !s.UniqueItems || !containsItem(items, item) {
			items = append(items, item)
		}
	}
	dst = append(dst, '[')
	dst = append(dst, bytes.Join(items, []byte(","))...)
	return append(dst, ']'), nil
}

// length picks how many elements there are to be.
func (g *generator) length(s *schema, at place, prefix int) int {
	least := max(bound(s.MinItems, 0), 0)
	if s.Contains != nil {
		least = max(least, prefix+contained(s))
	}
	n := least
	if at.shallow() {
		n = max(least, prefix, 1+g.rng.IntN(usualItems))
		if s.Items == nil && prefix > 0 {
			n = max(least, prefix)
		}
	}
	return min(n, max(least, bound(s.MaxItems, n)))
}

func contained(s *schema) int { return max(1, bound(s.MinContains, 1)) }

func bound(p *int, fallback int) int {
	if p == nil {
		return fallback
	}
	return *p
}

func containsItem(items [][]byte, item []byte) bool {
	for _, other := range items {
		if bytes.Equal(other, item) {
			return true
		}
	}
	return false
}
