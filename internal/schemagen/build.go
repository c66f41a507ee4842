package schemagen

import "slices"

// build writes a value for a plan without open choices.
func (g *generator) build(sc scope, gl goal, p plan) (*value, error) {
	lean := g.lean(sc, p.flat)
	for _, n := range p.flat {
		g.active[n]++
	}
	defer func() {
		for _, n := range p.flat {
			g.active[n]--
		}
	}()
	if v := g.suggested(gl, p.flat, false); v != nil {
		return v, nil
	}
	for _, n := range p.flat {
		if n.constant != nil {
			return g.chosen(gl, n, "const", []*value{n.constant})
		}
		if n.hasEnum {
			return g.chosen(gl, n, "enum", n.enum)
		}
	}
	var problem error
	for _, t := range g.typeOrder(gl, p, lean) {
		v, err := g.ofType(t, scope{sc.name, sc.depth, lean}, gl, p.flat)
		if err == nil {
			return v, nil
		}
		if problem == nil {
			problem = err
		}
	}
	if v := g.suggested(gl, p.flat, true); v != nil {
		return v, nil
	}
	return nil, problem
}

func (g *generator) ofType(t typeSet, sc scope, gl goal, flat []*node) (*value, error) {
	switch t {
	case typeObject:
		return g.makeObject(sc, gl, flat)
	case typeArray:
		return g.makeArray(sc, gl, flat)
	case typeText:
		return g.makeText(sc, gl, flat)
	case typeInteger, typeNumber:
		return g.makeNumber(sc, gl, flat, t == typeInteger)
	case typeBoolean:
		truth := g.rng.IntN(2) == 0
		return g.first(gl, flat, booleanValue(truth), booleanValue(!truth))
	}
	return g.first(gl, flat, nullValue())
}

func (g *generator) first(gl goal, flat []*node, candidates ...*value) (*value, error) {
	for _, v := range candidates {
		if g.fits(gl, v) {
			return v, nil
		}
	}
	at, keyword := crux(gl, flat)
	return nil, fail(at, keyword, "no value of this type is left by the other keywords; loosen them")
}

// crux guesses the keyword to blame when nothing fits: one that no
// construction follows, only trial and error.
func crux(gl goal, flat []*node) (at, keyword string) {
	for _, n := range flat {
		switch {
		case n.not != nil:
			return n.at, "not"
		case n.oneOf != nil:
			return n.at, "oneOf"
		case n.condition != nil:
			return n.at, "if"
		case n.contains != nil:
			return n.at, "contains"
		case n.unique:
			return n.at, "uniqueItems"
		case n.minProperties != nil:
			return n.at, "minProperties"
		}
	}
	return gl.at(), "type"
}

// chosen picks from the values that the schema lists.
func (g *generator) chosen(gl goal, n *node, keyword string, values []*value) (*value, error) {
	shuffled := slices.Clone(values)
	g.rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if g.rng.IntN(nullOdds) > 0 {
		slices.SortStableFunc(shuffled, func(a, b *value) int {
			return rank(a.kind == kindNull) - rank(b.kind == kindNull)
		})
	}
	for _, v := range shuffled {
		if g.fits(gl, v) {
			return v, nil
		}
	}
	return nil, fail(n.at, keyword, "no listed value satisfies the other keywords; list one that does")
}

// suggested takes a value from default or examples. Hollow ones wait until
// nothing else is found.
func (g *generator) suggested(gl goal, flat []*node, hollow bool) *value {
	var valid []*value
	for _, n := range flat {
		for _, v := range n.suggestions {
			if v.hollow() == hollow && g.fits(gl, v) {
				valid = append(valid, v)
			}
		}
	}
	if len(valid) == 0 {
		return nil
	}
	return pick(g.rng, valid)
}

// typeOrder lists the types to try, the likely ones first.
func (g *generator) typeOrder(gl goal, p plan, lean bool) []typeSet {
	open, explicit := p.types()
	likely := guess(p.flat)
	switch {
	case explicit && lean && endlessPlan(p.flat):
		likely = scalarTypes
	case explicit:
		likely = g.preferred(open, p.flat)
	case likely != 0 && len(gl.none) == 0 && !trialOnly(p.flat):
		open &= likely // any other type would be valid, but nobody means that
	case likely == 0:
		likely = typeText
	}
	order := open.list()
	g.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b typeSet) int { return rank(!likely.has(a)) - rank(!likely.has(b)) })
	return order
}

// trialOnly tells that a keyword may rule out whole types without naming them.
func trialOnly(flat []*node) bool {
	return slices.ContainsFunc(flat, func(n *node) bool {
		return n.not != nil || n.oneOf != nil || n.condition != nil
	})
}

// preferred leaves out null mostly, and integer where number was asked for:
// the schema means fractions then.
func (g *generator) preferred(open typeSet, flat []*node) typeSet {
	likely := open
	if likely.has(typeNumber) {
		likely &^= typeInteger
	}
	if nullableOnly(flat) || g.rng.IntN(nullOdds) > 0 {
		likely &^= typeNull
	}
	return likely
}

// guess infers the types that nobody named.
func guess(flat []*node) typeSet {
	var inferred typeSet
	for _, n := range flat {
		inferred |= n.inferred()
	}
	return inferred
}

// nullableOnly tells that null is open by OpenAPI's nullable alone, which
// validators of JSON Schema do not know.
func nullableOnly(flat []*node) bool {
	for _, n := range flat {
		if n.types != 0 && !n.types.has(typeNull) {
			return true
		}
	}
	return false
}

func endlessPlan(flat []*node) bool { return goal{all: flat}.endless() }
