package schemagen

import "unicode/utf8"

// accepts reports whether v is valid under n.
func (r reading) accepts(n *node, v *value) bool {
	return r.check(n, v, nil)
}

// check also notes in out, when it is wanted, which parts of v were looked at.
func (r reading) check(n *node, v *value, out *coverage) bool {
	if !r.budget.spend(1) || n.never {
		return false
	}
	var seen *coverage
	if out != nil || n.unevaluatedItems != nil || n.leftovers != nil {
		seen = &coverage{}
	}
	if !r.scalar(n, v) || !r.parts(n, v, seen) || !r.inPlace(n, v, seen) || !r.unevaluated(n, v, seen) {
		return false
	}
	out.add(seen)
	return true
}

func (r reading) scalar(n *node, v *value) bool {
	return n.allowed().has(r.typeOf(v)) && r.listed(n, v) && r.numeric(n, v) && r.textual(n, v)
}

func (r reading) listed(n *node, v *value) bool {
	if n.constant != nil && !r.equal(n.constant, v) {
		return false
	}
	if !n.hasEnum {
		return true
	}
	for _, choice := range n.enum {
		if r.equal(choice, v) {
			return true
		}
	}
	return false
}

func (r reading) numeric(n *node, v *value) bool {
	if v.kind != kindNumber {
		return true
	}
	got := v.number
	return (n.minimum == nil || r.compare(got, *n.minimum) >= 0) &&
		(n.maximum == nil || r.compare(got, *n.maximum) <= 0) &&
		(n.exclusiveMinimum == nil || r.compare(got, *n.exclusiveMinimum) > 0) &&
		(n.exclusiveMaximum == nil || r.compare(got, *n.exclusiveMaximum) < 0) &&
		(n.multipleOf == nil || r.multiple(got, *n.multipleOf))
}

func (r reading) textual(n *node, v *value) bool {
	if v.kind != kindText {
		return true
	}
	if !within(utf8.RuneCountInString(v.text), n.minLength, n.maxLength) {
		return false
	}
	if n.pattern != nil && !(r.budget.spend(n.pattern.cost(v.text)) && n.pattern.matches(v.text)) {
		return false
	}
	return !r.exact || formatAccepts(n.format, v.text)
}

func (r reading) parts(n *node, v *value, seen *coverage) bool {
	switch v.kind {
	case kindArray:
		return r.array(n, v, seen)
	case kindObject:
		return r.object(n, v, seen)
	}
	return true
}

func (r reading) inPlace(n *node, v *value, seen *coverage) bool {
	if n.ref != nil && !r.check(n.ref, v, seen) {
		return false
	}
	for _, part := range n.allOf {
		if !r.check(part, v, seen) {
			return false
		}
	}
	if n.anyOf != nil && r.passing(n.anyOf, v, seen) == 0 {
		return false
	}
	if n.oneOf != nil && r.passing(n.oneOf, v, seen) != 1 {
		return false
	}
	if n.not != nil && r.accepts(n.not, v) {
		return false
	}
	return r.conditional(n, v, seen) && r.dependents(n, v, seen)
}

// passing visits every branch: each adds to what has been looked at.
func (r reading) passing(branches []*node, v *value, seen *coverage) int {
	count := 0
	for _, branch := range branches {
		if r.check(branch, v, seen) {
			count++
		}
	}
	return count
}

func (r reading) conditional(n *node, v *value, seen *coverage) bool {
	if n.condition == nil {
		return true
	}
	then := n.otherwise
	if r.check(n.condition, v, seen) {
		then = n.consequence
	}
	return then == nil || r.check(then, v, seen)
}

func (r reading) dependents(n *node, v *value, seen *coverage) bool {
	for _, d := range n.dependentSchemas {
		if v.index[d.name] != nil && !r.check(d.schema, v, seen) {
			return false
		}
	}
	return true
}

func within(count int, low, high *int) bool {
	return (low == nil || count >= *low) && (high == nil || count <= *high)
}
