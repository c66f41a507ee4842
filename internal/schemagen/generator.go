package schemagen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	// deepestAnswer bounds the nesting of an answer.
	deepestAnswer = 100
	// largeAnswer is the number of values from which on recursion is kept as
	// short as the schema allows.
	largeAnswer = 400
	// nullOdds is how often, one in so many, an optional value is null.
	nullOdds = 8
)

// generator searches for a value, settling one choice after the other and
// going back where a choice leads nowhere.
type generator struct {
	rng          *rand.Rand
	budget       *budget
	exact, float reading
	active       map[*node]int
	failed       map[string]dead
	made         int
	cuts         int
}

// scope is what a value knows about its surroundings.
type scope struct {
	name  string // of the nearest property
	depth int
	lean  bool // end recursion as soon as possible
}

func (s scope) inside(name string, lean bool) scope {
	return scope{name: name, depth: s.depth + 1, lean: lean}
}

func newGenerator(rng *rand.Rand) *generator {
	b := &budget{left: wholeBudget}
	return &generator{
		rng:    rng,
		budget: b,
		exact:  reading{exact: true, budget: b},
		float:  reading{budget: b},
		active: map[*node]int{},
		failed: map[string]dead{},
	}
}

func (g *generator) answer(root *node) (*value, error) {
	v, err := g.make(scope{}, goal{all: []*node{root}})
	if g.budget.spent() {
		return nil, fail(root.at, "", "takes too much work; ask for fewer or shorter parts, or for fewer alternatives")
	}
	return v, err
}

// make finds a value for gl.
func (g *generator) make(sc scope, gl goal) (*value, error) {
	if sc.depth > deepestAnswer || lowestPossible(gl.all) >= bottomless {
		return nil, g.cut(gl)
	}
	var p plan
	p.add(gl.all...)
	key := gl.key(g.lean(sc, p.flat))
	if known, ok := g.failed[key]; ok && gl.taken == nil && sc.depth >= known.depth {
		return nil, known.problem
	}
	g.made++
	cuts := g.cuts
	v, err := g.settle(sc, gl, p)
	if err != nil && gl.taken == nil {
		g.failed[key] = dead{err, sc.depth}
		if cuts == g.cuts {
			g.failed[key] = dead{problem: err}
		}
	}
	return v, err
}

// dead is a goal that has failed, and from which depth on it does. Without
// this memory a failure deep down would be repeated by every try above it.
type dead struct {
	problem error
	depth   int
}

// cut explains why no finite value can be had.
func (g *generator) cut(gl goal) error {
	switch {
	case gl.endless():
		g.cuts++
		return fail(gl.at(), "$ref", "the recursion never ends; let it end with null, an empty array or an optional property")
	case lowestPossible(gl.all) >= bottomless:
		return fail(gl.at(), "false", "every value is refused; allow some, or do not require it")
	}
	g.cuts++
	return fail(gl.at(), "", "the answer would nest deeper than %d levels; flatten the schema", deepestAnswer)
}

func lowestPossible(nodes []*node) int {
	h := 0
	for _, n := range nodes {
		h = max(h, n.height)
	}
	return h
}

func (gl goal) key(lean bool) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%t", lean)
	for _, n := range gl.all {
		fmt.Fprintf(&key, " %d", n.id)
	}
	for _, n := range gl.none {
		fmt.Fprintf(&key, " !%d", n.id)
	}
	return key.String()
}

// settle decides the open choices of p one by one.
func (g *generator) settle(sc scope, gl goal, p plan) (*value, error) {
	if !g.budget.spend(1 + len(p.flat)) {
		return nil, fail(gl.at(), "", "out of budget")
	}
	if open, _ := p.types(); open == 0 {
		return nil, fail(gl.at(), "type", "no type satisfies all schemas that apply here; make them agree")
	}
	if len(p.choices) == 0 {
		return g.build(sc, gl, p)
	}
	c := p.choices[0]
	var problem error
	for _, b := range g.order(c, g.lean(sc, p.flat)) {
		next := p.fork()
		next.add(b.nodes...)
		v, err := g.settle(sc, gl, next)
		if err == nil {
			return v, nil
		}
		if problem == nil {
			problem = err
		}
		if g.budget.spent() {
			break
		}
	}
	if problem == nil {
		g.cuts++
		return nil, fail(c.at, c.keyword, "no branch allows a finite value; add one that does")
	}
	return nil, problem
}

// lean tells whether the plan repeats a schema that is already being worked
// on, or the answer is long enough.
func (g *generator) lean(sc scope, flat []*node) bool {
	if sc.lean {
		return true
	}
	for _, n := range flat {
		if n.endless && (g.active[n] > 0 || g.made > largeAnswer) {
			return true
		}
	}
	return false
}

// order puts the branches in the order of trying. Null comes last mostly: a
// model fills in what it can.
func (g *generator) order(c choice, lean bool) []branch {
	var branches []branch
	for _, b := range c.branches {
		if b.height() < bottomless {
			branches = append(branches, b)
		}
	}
	if c.keyword == "dependentSchemas" {
		return branches // the first one, which applies, loses no property
	}
	g.rng.Shuffle(len(branches), func(i, j int) { branches[i], branches[j] = branches[j], branches[i] })
	switch {
	case lean:
		slices.SortStableFunc(branches, func(a, b branch) int { return a.height() - b.height() })
	case g.rng.IntN(nullOdds) > 0:
		slices.SortStableFunc(branches, func(a, b branch) int { return rank(a.nullOnly()) - rank(b.nullOnly()) })
	}
	return branches
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}
