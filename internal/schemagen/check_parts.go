package schemagen

func (r reading) array(n *node, v *value, seen *coverage) bool {
	if !within(len(v.items), n.minItems, n.maxItems) {
		return false
	}
	for i, item := range v.items {
		s := n.itemSchema(i)
		if s == nil {
			continue
		}
		if !r.accepts(s, item) {
			return false
		}
		seen.item(i)
	}
	return r.containing(n, v, seen) && (!n.unique || r.distinct(v.items))
}

func (r reading) containing(n *node, v *value, seen *coverage) bool {
	if n.contains == nil {
		return true
	}
	count := 0
	for i, item := range v.items {
		if r.accepts(n.contains, item) {
			count++
			seen.item(i)
		}
	}
	return count >= n.leastContained() && (n.maxContains == nil || count <= *n.maxContains)
}

// leastContained is 1 unless minContains says otherwise.
func (n *node) leastContained() int {
	if n.minContains != nil {
		return *n.minContains
	}
	return 1
}

func (r reading) object(n *node, v *value, seen *coverage) bool {
	if !within(len(v.members), n.minProperties, n.maxProperties) {
		return false
	}
	for _, name := range n.required {
		if v.index[name] == nil {
			return false
		}
	}
	for _, d := range n.dependentRequired {
		if v.index[d.name] != nil && !present(v, d.needs) {
			return false
		}
	}
	for _, m := range v.members {
		if !r.member(n, m, seen) {
			return false
		}
	}
	return true
}

func present(v *value, names []string) bool {
	for _, name := range names {
		if v.index[name] == nil {
			return false
		}
	}
	return true
}

func (r reading) member(n *node, m member, seen *coverage) bool {
	if n.propertyNames != nil && !r.accepts(n.propertyNames, textValue(m.name)) {
		return false
	}
	for _, p := range n.patternProperties {
		if !r.budget.spend(p.pattern.cost(m.name)) {
			return false
		}
	}
	schemas, _ := n.propertySchemas(m.name)
	for _, s := range schemas {
		if !r.accepts(s, m.value) {
			return false
		}
	}
	if len(schemas) > 0 {
		seen.name(m.name)
	}
	return true
}
