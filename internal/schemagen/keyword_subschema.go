package schemagen

import "strconv"

func setSchema(field func(*node) **node) setter {
	return func(c *compiler, n *node, v *value, keyword string) error {
		child, err := c.schema(v, below(n.at, keyword), n.home)
		*field(n) = child
		return err
	}
}

func setSchemas(field func(*node) *[]*node) setter {
	return func(c *compiler, n *node, v *value, keyword string) error {
		if v.kind != kindArray || len(v.items) == 0 {
			return fail(n.at, keyword, "must be a list of at least one schema")
		}
		children := make([]*node, 0, len(v.items))
		for i, item := range v.items {
			child, err := c.schema(item, below(below(n.at, keyword), strconv.Itoa(i)), n.home)
			if err != nil {
				return err
			}
			children = append(children, child)
		}
		*field(n) = children
		return nil
	}
}

// named compiles an object of schemas, keeping the order of its names.
func (c *compiler) named(n *node, v *value, keyword string) ([]property, error) {
	if v.kind != kindObject {
		return nil, fail(n.at, keyword, "must be an object of schemas")
	}
	all := make([]property, 0, len(v.members))
	for _, m := range v.members {
		child, err := c.schema(m.value, below(below(n.at, keyword), m.name), n.home)
		if err != nil {
			return nil, err
		}
		all = append(all, property{name: m.name, schema: child})
	}
	return all, nil
}

func setProperties(c *compiler, n *node, v *value, keyword string) error {
	all, err := c.named(n, v, keyword)
	n.properties = all
	n.propertyIndex = make(map[string]*node, len(all))
	for _, p := range all {
		n.propertyIndex[p.name] = p.schema
	}
	return err
}

func setPatternProperties(c *compiler, n *node, v *value, keyword string) error {
	all, err := c.named(n, v, keyword)
	if err != nil {
		return err
	}
	for _, p := range all {
		parsed := parsePattern(p.name)
		if parsed.problem != nil {
			return fail(n.at, keyword, "%q is not understood: %v; write it without lookaround and backreferences", p.name, parsed.problem)
		}
		n.patternProperties = append(n.patternProperties, patternProperty{parsed, p.schema})
	}
	return nil
}

func setDefinitions(c *compiler, n *node, v *value, keyword string) error {
	_, err := c.named(n, v, keyword)
	return err
}

func setRequired(_ *compiler, n *node, v *value, keyword string) error {
	names, ok := texts(v)
	if !ok {
		return fail(n.at, keyword, "must be a list of property names")
	}
	n.required = names
	return nil
}

// setDependencies reads draft-07's dependencies, which mixes the two later
// keywords, and these as well.
func setDependencies(c *compiler, n *node, v *value, keyword string) error {
	if v.kind != kindObject {
		return fail(n.at, keyword, "must be an object")
	}
	for _, m := range v.members {
		names, isList := texts(m.value)
		if isList && keyword != "dependentSchemas" {
			n.dependentRequired = append(n.dependentRequired, dependency{m.name, names})
			continue
		}
		if keyword == "dependentRequired" {
			return fail(n.at, keyword, "must map names to lists of names")
		}
		child, err := c.schema(m.value, below(below(n.at, keyword), m.name), n.home)
		if err != nil {
			return err
		}
		n.dependentSchemas = append(n.dependentSchemas, property{m.name, child})
	}
	return nil
}

func texts(v *value) ([]string, bool) {
	if v.kind != kindArray {
		return nil, false
	}
	names := make([]string, 0, len(v.items))
	for _, item := range v.items {
		if item.kind != kindText {
			return nil, false
		}
		names = append(names, item.text)
	}
	return names, true
}
