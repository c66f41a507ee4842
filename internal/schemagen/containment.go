package schemagen

// containment follows, while an array grows, how many items of it each
// contains keyword still needs and how many it still takes.
type containment struct {
	keywords []*node
	found    []int
}

func newContainment(a arrayPlan) *containment {
	return &containment{keywords: a.contains, found: make([]int, len(a.contains))}
}

func (c *containment) note(g *generator, item *value) {
	for i, n := range c.keywords {
		if g.exact.accepts(n.contains, item) {
			c.found[i]++
		}
	}
}

// wanted lists what to ask of the next item, the best first, and counts the
// items still missing. One keyword at a time gives varied lists; all at once is
// for lists with too few places.
func (c *containment) wanted(places int) (wishes [][]*node, missing int) {
	var together []*node
	for i, n := range c.keywords {
		if short := n.leastContained() - c.found[i]; short > 0 {
			missing += short
			wishes = append(wishes, []*node{n.contains})
			together = append(together, n.contains)
		}
	}
	if missing > places {
		wishes = append([][]*node{together}, wishes...)
	}
	return wishes, missing
}

// barred lists the schemas that no further item may match.
func (c *containment) barred() []*node {
	var full []*node
	for i, n := range c.keywords {
		if n.maxContains != nil && c.found[i] >= *n.maxContains {
			full = append(full, n.contains)
		}
	}
	return full
}
