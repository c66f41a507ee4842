package schemagen

import "slices"

const (
	arrayTries = 12
	// longestArray bounds minItems; a simulator has no use for more.
	longestArray = 10_000
	usualItems   = 3
)

// arrayPlan is what the schemas of a plan say together about an array.
type arrayPlan struct {
	flat      []*node
	low, high int
	prefix    int
	unique    bool
	contains  []*node // those with a contains keyword
}

func planArray(flat []*node) arrayPlan {
	a := arrayPlan{flat: flat, high: unlimited}
	for _, n := range flat {
		if n.minItems != nil {
			a.low = max(a.low, *n.minItems)
		}
		if n.maxItems != nil {
			a.high = min(a.high, *n.maxItems)
		}
		if n.contains != nil {
			a.contains = append(a.contains, n)
		}
		a.prefix = max(a.prefix, len(n.prefix))
		a.unique = a.unique || n.unique
	}
	return a
}

// item is the goal for the place i. What contains asks for counts as evaluated,
// and which places that will be is not known yet.
func (a arrayPlan) item(i int) goal {
	var gl goal
	for _, n := range a.flat {
		if s := n.itemSchema(i); s != nil {
			gl = gl.with(s)
		} else if n.unevaluatedItems != nil && len(a.contains) == 0 && !a.evaluated(i) {
			gl = gl.with(n.unevaluatedItems)
		}
	}
	return gl
}

// evaluated is as rough as its namesake for objects.
func (a arrayPlan) evaluated(i int) bool {
	return slices.ContainsFunc(a.flat, func(n *node) bool { return n.itemSchema(i) != nil })
}

func (a arrayPlan) endless() bool {
	for i := range a.prefix + 1 {
		if a.item(i).endless() {
			return true
		}
	}
	return false
}

func (g *generator) makeArray(sc scope, gl goal, flat []*node) (*value, error) {
	a := planArray(flat)
	if a.low > longestArray {
		return nil, fail(gl.at(), "minItems", "more than %d items are not simulated; lower it", longestArray)
	}
	for try := range arrayTries {
		items, err := g.arrayTry(sc, a, try)
		if err != nil {
			return nil, err
		}
		if v := arrayValue(items); g.fits(gl, v) {
			return v, nil
		}
		if g.budget.spent() {
			break
		}
	}
	at, keyword := crux(gl, flat)
	return nil, fail(at, keyword, "no list was found that satisfies all keywords; loosen them")
}

// arrayTry stops early where an item cannot be made but is not needed either.
func (g *generator) arrayTry(sc scope, a arrayPlan, try int) ([]*value, error) {
	length := g.length(sc, a, try)
	open := newContainment(a)
	var used *taken
	if a.unique {
		used = newTaken()
	}
	var items []*value
	for i := range length {
		gl := a.item(i)
		gl.none, gl.taken = open.barred(), used
		item, err := g.makeItem(sc.inside(sc.name, sc.lean), gl, open, length-i)
		if err != nil && i >= a.low {
			return items, nil
		}
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		open.note(g, item)
		used.add(g, item)
	}
	return items, nil
}

func (g *generator) length(sc scope, a arrayPlan, try int) int {
	needed := 0
	for _, n := range a.contains {
		needed += n.leastContained()
	}
	usual := max(a.prefix+needed, 1+g.rng.IntN(usualItems))
	switch {
	case sc.lean && a.endless(), try%3 == 1:
		usual = max(needed, a.low)
	case try%3 == 2:
		usual = a.low + g.rng.IntN(2*usualItems)
	}
	return min(max(usual, a.low), a.high, longestArray)
}

// makeItem asks for as much of the contains keywords as the remaining places
// call for, and settles for a plain item where that is too much.
func (g *generator) makeItem(sc scope, gl goal, open *containment, places int) (*value, error) {
	wanted, missing := open.wanted(places)
	var problem error
	for _, more := range wanted {
		v, err := g.make(sc, gl.with(more...))
		if err == nil {
			return v, nil
		}
		problem = err
	}
	if missing >= places && problem != nil {
		return nil, problem
	}
	return g.make(sc, gl)
}
