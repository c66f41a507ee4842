package schemagen

// node is one subschema with its keywords read and its references resolved.
// A nil pointer means the keyword is absent.
type node struct {
	id   int
	at   string
	home *resource

	// never refuses every value; blank accepts every value.
	never, blank bool

	types    typeSet
	nullable bool
	enum     []*value
	hasEnum  bool
	constant *value

	suggestions []*value

	refText                              string
	ref                                  *node
	allOf, anyOf, oneOf                  []*node
	not                                  *node
	condition, consequence, otherwise    *node
	prefix                               []*node
	items, contains, unevaluatedItems    *node
	additional, propertyNames, leftovers *node
	properties                           []property
	patternProperties                    []patternProperty
	dependentSchemas                     []property

	propertyIndex     map[string]*node
	required          []string
	dependentRequired []dependency

	minItems, maxItems           *int
	minContains, maxContains     *int
	minProperties, maxProperties *int
	minLength, maxLength         *int
	unique                       bool

	minimum, maximum                   *number
	exclusiveMinimum, exclusiveMaximum *number
	multipleOf                         *number

	pattern *pattern
	format  string

	// endless: a subschema that contains itself can be reached from here.
	endless bool
	// height is how many levels the shallowest instance needs.
	height int
	// needed holds the schemas of required properties.
	needed []*node
}

type property struct {
	name   string
	schema *node
}

type patternProperty struct {
	pattern *pattern
	schema  *node
}

// dependency lists the names that must be present together with one name.
type dependency struct {
	name  string
	needs []string
}

// link is an edge of the schema graph.
type link struct {
	to *node
	// inPlace edges lead to a schema for the same value, not for a part of it.
	inPlace bool
}

func (n *node) links() []link {
	var all []link
	inPlace := func(nodes ...*node) { all = appendLinks(all, true, nodes) }
	inside := func(nodes ...*node) { all = appendLinks(all, false, nodes) }
	inPlace(n.ref, n.not, n.condition, n.consequence, n.otherwise)
	inPlace(n.allOf...)
	inPlace(n.anyOf...)
	inPlace(n.oneOf...)
	inside(n.items, n.contains, n.unevaluatedItems, n.additional, n.propertyNames, n.leftovers)
	inside(n.prefix...)
	for _, p := range n.dependentSchemas {
		inPlace(p.schema)
	}
	for _, p := range n.properties {
		inside(p.schema)
	}
	for _, p := range n.patternProperties {
		inside(p.schema)
	}
	return all
}

func appendLinks(all []link, inPlace bool, nodes []*node) []link {
	for _, n := range nodes {
		if n != nil {
			all = append(all, link{to: n, inPlace: inPlace})
		}
	}
	return all
}

// propertySchemas lists every subschema of n itself that speaks about the
// property, and whether properties or patternProperties named it.
func (n *node) propertySchemas(name string) (schemas []*node, named bool) {
	if s, ok := n.propertyIndex[name]; ok {
		schemas = append(schemas, s)
	}
	for _, p := range n.patternProperties {
		if p.pattern.matches(name) {
			schemas = append(schemas, p.schema)
		}
	}
	if len(schemas) > 0 {
		return schemas, true
	}
	if n.additional != nil {
		return []*node{n.additional}, false
	}
	return nil, false
}

// itemSchema is the subschema of n itself for the item at index i, or nil.
func (n *node) itemSchema(i int) *node {
	if i < len(n.prefix) {
		return n.prefix[i]
	}
	return n.items
}
