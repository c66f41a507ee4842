package schemagen

// bottomless marks a schema that no finite instance fits.
const bottomless = 1 << 20

// studyRecursion refuses schemas that refer to themselves for one and the same
// value, and prepares what generation needs to end a recursion: which schemas
// are endless, and how high their shallowest instance is.
func studyRecursion(g *schemaGraph) error {
	links := make([][]link, len(g.nodes))
	for i, n := range g.nodes {
		links[i] = n.links()
	}
	s := study{links: links, colour: make([]colour, len(g.nodes))}
	for _, n := range g.nodes {
		if err := s.visit(n); err != nil {
			return err
		}
	}
	markEndless(g.nodes, links)
	measureHeights(g.nodes)
	return nil
}

type colour uint8

const (
	unseen colour = iota
	onPath
	finished
)

type study struct {
	links  [][]link
	colour []colour
}

func (s *study) visit(n *node) error {
	s.colour[n.id] = onPath
	for _, l := range s.links[n.id] {
		if !l.inPlace {
			continue
		}
		switch s.colour[l.to.id] {
		case onPath:
			return fail(l.to.at, "$ref", "refers to itself for the same value and says nothing; put the reference below properties or items")
		case unseen:
			if err := s.visit(l.to); err != nil {
				return err
			}
		}
	}
	s.colour[n.id] = finished
	return nil
}

// markEndless peels schemas off the graph whose links have all been peeled;
// what stays reaches a cycle.
func markEndless(nodes []*node, links [][]link) {
	open := make([]int, len(nodes))
	users := make([][]*node, len(nodes))
	var ready []*node
	for i, n := range nodes {
		n.endless = true
		open[i] = len(links[i])
		if open[i] == 0 {
			ready = append(ready, n)
		}
		for _, l := range links[i] {
			users[l.to.id] = append(users[l.to.id], n)
		}
	}
	for len(ready) > 0 {
		n := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		n.endless = false
		for _, user := range users[n.id] {
			if open[user.id]--; open[user.id] == 0 {
				ready = append(ready, user)
			}
		}
	}
}

// measureHeights lowers the heights until they settle. More rounds than
// deepestAnswer cannot help: such an answer is refused anyway.
func measureHeights(nodes []*node) {
	for _, n := range nodes {
		n.height = bottomless
		for _, name := range n.required {
			schemas, _ := n.propertySchemas(name)
			n.needed = append(n.needed, schemas...)
		}
	}
	for range deepestAnswer {
		settled := true
		for i := len(nodes) - 1; i >= 0; i-- {
			n := nodes[i]
			if h := n.measure(); h < n.height {
				n.height, settled = h, false
			}
		}
		if settled {
			return
		}
	}
}

func (n *node) measure() int {
	if n.never {
		return bottomless
	}
	h := n.ownHeight()
	if n.ref != nil {
		h = max(h, n.ref.height)
	}
	for _, part := range n.allOf {
		h = max(h, part.height)
	}
	for _, branches := range [][]*node{n.anyOf, n.oneOf} {
		if len(branches) > 0 {
			h = max(h, lowest(branches))
		}
	}
	return h
}

// ownHeight looks at the node without the schemas it combines.
func (n *node) ownHeight() int {
	if n.hasEnum || n.constant != nil || n.allowed().has(scalarTypes) {
		return 0
	}
	h := bottomless
	if n.allowed().has(typeObject) {
		h = n.objectHeight()
	}
	if n.allowed().has(typeArray) {
		h = min(h, n.arrayHeight())
	}
	return h
}

func (n *node) objectHeight() int {
	h := 0
	for _, s := range n.needed {
		h = max(h, s.height)
	}
	return min(h+1, bottomless)
}

func (n *node) arrayHeight() int {
	h := 0
	if n.minItems == nil {
		return 1
	}
	for i := range min(*n.minItems, len(n.prefix)+1) {
		if s := n.itemSchema(i); s != nil {
			h = max(h, s.height)
		}
	}
	return min(h+1, bottomless)
}

func lowest(nodes []*node) int {
	h := bottomless
	for _, n := range nodes {
		h = min(h, n.height)
	}
	return h
}
