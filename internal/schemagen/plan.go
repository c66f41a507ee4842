package schemagen

// plan is a goal being taken apart: flat holds the schemas that must hold
// together, choices the alternatives that are still open.
type plan struct {
	flat    []*node
	choices []choice
}

// choice is one keyword that offers alternatives.
type choice struct {
	at       string
	keyword  string
	branches []branch
}

// branch is a set of schemas to add to the plan.
type branch struct{ nodes []*node }

// add takes schemas in, together with all that they demand unconditionally.
func (p *plan) add(nodes ...*node) {
	todo := nodes
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		if p.holds(n) {
			continue
		}
		p.flat = append(p.flat, n)
		p.choices = append(p.choices, n.choices()...)
		todo = append(todo[:len(todo):len(todo)], n.allOf...)
		if n.ref != nil {
			todo = append(todo, n.ref)
		}
	}
}

func (p *plan) holds(n *node) bool {
	for _, known := range p.flat {
		if known == n {
			return true
		}
	}
	return false
}

// fork copies the plan without its first choice, so that branches do not see
// each other.
func (p *plan) fork() plan {
	rest := p.choices[1:]
	return plan{
		flat:    p.flat[:len(p.flat):len(p.flat)],
		choices: rest[:len(rest):len(rest)],
	}
}

// types is what all schemas of the plan leave open; explicit tells whether any
// of them names types at all.
func (p *plan) types() (open typeSet, explicit bool) {
	open = everyType
	for _, n := range p.flat {
		if n.never {
			return 0, true
		}
		open &= n.allowed()
		explicit = explicit || n.types != 0
	}
	return open, explicit
}

func (n *node) choices() []choice {
	var all []choice
	add := func(keyword string, branches ...branch) {
		all = append(all, choice{at: n.at, keyword: keyword, branches: branches})
	}
	if n.anyOf != nil {
		add("anyOf", single(n.anyOf)...)
	}
	if n.oneOf != nil {
		add("oneOf", single(n.oneOf)...)
	}
	if n.condition != nil {
		met, unmet := branch{[]*node{n.condition}}, branch{}
		if n.consequence != nil {
			met.nodes = append(met.nodes, n.consequence)
		}
		if n.otherwise != nil {
			unmet.nodes = append(unmet.nodes, n.otherwise)
		}
		add("if", met, unmet)
	}
	for _, d := range n.dependentSchemas {
		add("dependentSchemas", branch{[]*node{d.schema}}, branch{})
	}
	return all
}

func single(nodes []*node) []branch {
	branches := make([]branch, 0, len(nodes))
	for _, n := range nodes {
		branches = append(branches, branch{[]*node{n}})
	}
	return branches
}

func (b branch) height() int {
	h := 0
	for _, n := range b.nodes {
		h = max(h, n.height)
	}
	return h
}

// nullOnly tells the branch that stands for a missing value.
func (b branch) nullOnly() bool {
	if len(b.nodes) != 1 {
		return false
	}
	n := b.nodes[0]
	return n.types == typeNull ||
		n.constant != nil && n.constant.kind == kindNull ||
		len(n.enum) == 1 && n.enum[0].kind == kindNull
}
