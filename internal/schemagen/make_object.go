package schemagen

import "maps"

const (
	// objectTries is how often other values and other sets of properties are
	// tried when the schema does not accept the first object.
	objectTries = 20
	// completeTries of these keep every property.
	completeTries = 4
)

// objectPlan is what the schemas of a plan say together about an object.
type objectPlan struct {
	flat     []*node
	names    []string // in the order of the schema
	known    map[string]bool
	required map[string]bool
	low      int
	high     int
}

func planObject(flat []*node) *objectPlan {
	o := &objectPlan{flat: flat, known: map[string]bool{}, required: map[string]bool{}, high: unlimited}
	for _, n := range flat {
		for _, p := range n.properties {
			o.know(p.name)
		}
		if n.minProperties != nil {
			o.low = max(o.low, *n.minProperties)
		}
		if n.maxProperties != nil {
			o.high = min(o.high, *n.maxProperties)
		}
	}
	for _, n := range flat {
		for _, name := range n.required {
			o.know(name)
			o.required[name] = true
		}
	}
	o.demandDependents(o.required)
	return o
}

func (o *objectPlan) know(name string) {
	if !o.known[name] {
		o.known[name] = true
		o.names = append(o.names, name)
	}
}

// demandDependents adds to chosen the names that others in it call for.
func (o *objectPlan) demandDependents(chosen map[string]bool) {
	for grown := true; grown; {
		grown = false
		for _, n := range o.flat {
			for _, d := range n.dependentRequired {
				if chosen[d.name] && o.addAll(chosen, d.needs) {
					grown = true
				}
			}
		}
	}
}

func (o *objectPlan) addAll(chosen map[string]bool, names []string) (grown bool) {
	for _, name := range names {
		o.know(name)
		if !chosen[name] {
			chosen[name] = true
			grown = true
		}
	}
	return grown
}

// member is the goal for the property of that name.
func (o *objectPlan) member(name string) goal {
	var gl goal
	for _, n := range o.flat {
		schemas, _ := n.propertySchemas(name)
		if schemas == nil && n.leftovers != nil && !o.evaluated(name) {
			schemas = []*node{n.leftovers}
		}
		gl = gl.with(schemas...)
	}
	return gl
}

// evaluated is rough: it does not ask which schema stands inside which. The
// checker has the last word.
func (o *objectPlan) evaluated(name string) bool {
	for _, n := range o.flat {
		if schemas, _ := n.propertySchemas(name); schemas != nil {
			return true
		}
	}
	return false
}

func (g *generator) makeObject(sc scope, gl goal, flat []*node) (*value, error) {
	o := planObject(flat)
	for try := range objectTries {
		v, err := g.objectTry(sc, o, try)
		if err != nil {
			return nil, err
		}
		if g.fits(gl, v) {
			return v, nil
		}
		if g.budget.spent() {
			break
		}
	}
	at, keyword := crux(gl, flat)
	return nil, fail(at, keyword, "no set of properties was found that satisfies all keywords; loosen them")
}

func (g *generator) objectTry(sc scope, o *objectPlan, try int) (*value, error) {
	var members []member
	for _, name := range g.chooseNames(sc, o, try) {
		v, err := g.property(sc, o, name)
		if err == nil {
			members = append(members, member{name, v})
		} else if o.required[name] {
			return nil, err
		}
	}
	return objectValue(g.addExtra(sc, o, members, try)), nil
}

func (g *generator) property(sc scope, o *objectPlan, name string) (*value, error) {
	for _, n := range o.flat {
		if n.propertyNames != nil && !g.fits(goal{all: []*node{n.propertyNames}}, textValue(name)) {
			return nil, fail(n.at, "propertyNames", "refuses the property %q; allow it", name)
		}
	}
	return g.make(sc.inside(name, sc.lean), o.member(name))
}

// chooseNames takes every property at first, with other values each time, then
// only the required ones, then the required ones and some others.
func (g *generator) chooseNames(sc scope, o *objectPlan, try int) []string {
	chosen := map[string]bool{}
	for name := range o.required {
		chosen[name] = true
	}
	for _, name := range o.names {
		if chosen[name] || g.skips(sc, o, name, try) {
			continue
		}
		company := map[string]bool{name: true}
		o.demandDependents(company)
		maps.DeleteFunc(company, func(name string, _ bool) bool { return chosen[name] })
		if len(chosen)+len(company) <= o.high {
			maps.Copy(chosen, company)
		}
	}
	var names []string
	for _, name := range o.names {
		if chosen[name] {
			names = append(names, name)
		}
	}
	return names
}

func (g *generator) skips(sc scope, o *objectPlan, name string, try int) bool {
	switch {
	case try == completeTries, sc.lean && o.member(name).endless():
		return true
	case try > completeTries:
		return g.rng.IntN(2) == 0
	}
	return false
}
