package schemagen

// coverage holds the parts of one value that some keyword has looked at;
// unevaluatedItems and unevaluatedProperties speak about the rest. The nil
// coverage takes no notes.
type coverage struct {
	names map[string]bool
	items map[int]bool
}

func (c *coverage) name(name string) {
	if c == nil {
		return
	}
	if c.names == nil {
		c.names = map[string]bool{}
	}
	c.names[name] = true
}

func (c *coverage) item(i int) {
	if c == nil {
		return
	}
	if c.items == nil {
		c.items = map[int]bool{}
	}
	c.items[i] = true
}

func (c *coverage) add(other *coverage) {
	if c == nil || other == nil {
		return
	}
	for name := range other.names {
		c.name(name)
	}
	for i := range other.items {
		c.item(i)
	}
}

func (r reading) unevaluated(n *node, v *value, seen *coverage) bool {
	if n.leftovers != nil {
		for _, m := range v.members {
			if seen.names[m.name] {
				continue
			}
			if !r.accepts(n.leftovers, m.value) {
				return false
			}
			seen.name(m.name)
		}
	}
	if n.unevaluatedItems == nil {
		return true
	}
	for i, item := range v.items {
		if seen.items[i] {
			continue
		}
		if !r.accepts(n.unevaluatedItems, item) {
			return false
		}
		seen.item(i)
	}
	return true
}
