package schemagen

import (
	"fmt"
	"strings"
)

// nameTries bounds the search for one more property name.
const nameTries = 40

// addExtra adds properties that the schema does not name: as many as
// minProperties asks for, and a few where the object is a map.
func (g *generator) addExtra(sc scope, o *objectPlan, members []member, try int) []member {
	want := o.low
	switch {
	case sc.lean && endlessPlan(o.flat):
	case len(o.names) == 0 && o.mapLike():
		want = max(want, 1+g.rng.IntN(usualItems))
	case try > objectTries/2:
		want = max(want, len(members)+g.rng.IntN(usualItems)) // some schemas refuse all but surplus
	}
	want = min(want, o.high)
	taken := make(map[string]bool, len(members))
	for _, m := range members {
		taken[m.name] = true
	}
	for misses := 0; len(members) < want && misses < nameTries && !g.budget.spent(); {
		name := g.inventName(sc, o, misses)
		m, ok := g.extraMember(sc, o, name, taken)
		if !ok {
			misses++
			continue
		}
		taken[name] = true
		members = append(members, m)
	}
	return members
}

func (g *generator) extraMember(sc scope, o *objectPlan, name string, taken map[string]bool) (member, bool) {
	if !g.budget.spend(1) || taken[name] {
		return member{}, false
	}
	v, err := g.property(sc, o, name)
	return member{name, v}, err == nil
}

// mapLike tells an object whose properties are described without their names.
func (o *objectPlan) mapLike() bool {
	for _, n := range o.flat {
		if len(n.patternProperties) > 0 || n.propertyNames != nil {
			return true
		}
		if n.additional != nil && !n.additional.blank && !n.additional.never {
			return true
		}
	}
	return false
}

// inventName writes a name after propertyNames or patternProperties where
// there are any, and every so often a plain word.
func (g *generator) inventName(sc scope, o *objectPlan, try int) string {
	var writers []func() (string, bool)
	for _, n := range o.flat {
		if n.propertyNames != nil {
			writers = append(writers, func() (string, bool) { return g.namedLike(sc, n.propertyNames) })
		}
		for _, p := range n.patternProperties {
			writers = append(writers, func() (string, bool) { return g.nameAfter(p.pattern, try), true })
		}
	}
	if len(writers) > 0 && (try+1)%4 > 0 {
		if name, ok := pick(g.rng, writers)(); ok {
			return name
		}
	}
	if try < nameTries/2 {
		return pick(g.rng, words)
	}
	return fmt.Sprintf("%s_%d", pick(g.rng, words), g.rng.IntN(10000))
}

// nameAfter prefers a word, or at least one at the end, to what a pattern by
// itself suggests: ^x- alone gives a single name.
func (g *generator) nameAfter(p *pattern, try int) string {
	word := pick(g.rng, words)
	if p.matches(word) {
		return word
	}
	name := p.walk(g.rng, 0, longestText, try)
	if p.matches(name + word) {
		return name + word
	}
	return name
}

func (g *generator) namedLike(sc scope, names *node) (string, bool) {
	v, err := g.make(sc.inside("key", sc.lean), goal{all: []*node{names, textOnly}})
	if err != nil || strings.TrimSpace(v.text) == "" {
		return "", false
	}
	return v.text, true
}

// textOnly narrows a schema for names, which are strings whatever it says.
var textOnly = &node{id: -1, at: "#", types: typeText}
