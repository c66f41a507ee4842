package schemagen

import "net/url"

// schemaGraph is a compiled document: every subschema that can be reached.
type schemaGraph struct {
	root  *node
	nodes []*node
}

// compiler turns JSON values into nodes, each value once, so that references
// into unusual places (OpenAPI's components) cost nothing extra.
type compiler struct {
	document  *value
	setters   map[string]setter
	byValue   map[*value]*node
	nodes     []*node
	resources map[string]*resource
	// draft07 ignores whatever stands beside $ref.
	draft07 bool
}

func compile(document *value) (*schemaGraph, error) {
	c := &compiler{
		document:  document,
		setters:   keywordSetters(),
		byValue:   map[*value]*node{},
		resources: map[string]*resource{},
		draft07:   isDraft07(document),
	}
	home := &resource{uri: &url.URL{}, document: document, at: "#", anchors: map[string]*node{}}
	c.resources[""] = home
	root, err := c.schema(document, "#", home)
	if err != nil {
		return nil, err
	}
	// Resolving may compile further nodes, which are then resolved in turn.
	for i := 0; i < len(c.nodes); i++ {
		if err := c.resolve(c.nodes[i]); err != nil {
			return nil, err
		}
	}
	return &schemaGraph{root: root, nodes: c.nodes}, nil
}

func isDraft07(document *value) bool {
	switch declared := document.index["$schema"]; {
	case declared == nil:
		return false
	case declared.text == "http://json-schema.org/draft-07/schema#",
		declared.text == "http://json-schema.org/draft-07/schema",
		declared.text == "https://json-schema.org/draft-07/schema#":
		return true
	}
	return false
}

func (c *compiler) schema(v *value, at string, home *resource) (*node, error) {
	if known, ok := c.byValue[v]; ok {
		return known, nil
	}
	n := &node{id: len(c.nodes), at: at, home: home}
	c.byValue[v] = n
	c.nodes = append(c.nodes, n)
	n.blank = v.truth || v.hollow()
	switch v.kind {
	case kindBoolean:
		n.never = !v.truth
		return n, nil
	case kindObject:
		return n, c.keywords(n, v)
	}
	return nil, fail(at, "", "a schema must be an object or a boolean")
}

func (c *compiler) keywords(n *node, v *value) error {
	alone := c.draft07 && v.index["$ref"] != nil
	if id := v.index["$id"]; id != nil && !alone {
		if err := c.enter(n, v, id); err != nil {
			return err
		}
	}
	for _, m := range v.members {
		set, known := c.setters[m.name]
		if !known || alone && m.name != "$ref" {
			continue
		}
		if err := set(c, n, m.value, m.name); err != nil {
			return err
		}
	}
	if alone {
		return nil
	}
	n.readFlags(v)
	return setItemKeywords(c, n, v)
}

// readFlags reads draft-04, where the exclusive keywords are switches on
// minimum and maximum.
func (n *node) readFlags(v *value) {
	on := func(keyword string) bool {
		flag := v.index[keyword]
		return flag != nil && flag.kind == kindBoolean && flag.truth
	}
	if on("exclusiveMinimum") {
		n.exclusiveMinimum, n.minimum = n.minimum, nil
	}
	if on("exclusiveMaximum") {
		n.exclusiveMaximum, n.maximum = n.maximum, nil
	}
}
