package schemagen

// typeSet is a set of schema types; the zero set means that type is absent.
type typeSet uint8

const (
	typeNull typeSet = 1 << iota
	typeBoolean
	typeInteger
	typeNumber
	typeText
	typeArray
	typeObject

	everyType   = typeNull | typeBoolean | typeInteger | typeNumber | typeText | typeArray | typeObject
	scalarTypes = typeNull | typeBoolean | typeInteger | typeNumber | typeText
)

var typesByName = map[string]typeSet{
	"null":    typeNull,
	"boolean": typeBoolean,
	"integer": typeInteger,
	"number":  typeNumber | typeInteger,
	"string":  typeText,
	"array":   typeArray,
	"object":  typeObject,
}

// allowed is the set that type and nullable leave open.
func (n *node) allowed() typeSet {
	switch {
	case n.types == 0:
		return everyType
	case n.nullable:
		return n.types | typeNull
	}
	return n.types
}

func (s typeSet) has(t typeSet) bool { return s&t != 0 }

// list gives the members in a fixed order.
func (s typeSet) list() []typeSet {
	var out []typeSet
	for t := typeNull; t <= typeObject; t <<= 1 {
		if s.has(t) {
			out = append(out, t)
		}
	}
	return out
}

// inferred guesses the type that the author of a schema without one had in
// mind.
func (n *node) inferred() typeSet {
	switch {
	case n.properties != nil, n.required != nil, n.additional != nil, n.patternProperties != nil,
		n.propertyNames != nil, n.minProperties != nil, n.maxProperties != nil,
		n.dependentRequired != nil, n.dependentSchemas != nil, n.leftovers != nil:
		return typeObject
	case n.items != nil, n.prefix != nil, n.contains != nil, n.minItems != nil, n.maxItems != nil,
		n.unique, n.unevaluatedItems != nil:
		return typeArray
	case n.pattern != nil, n.minLength != nil, n.maxLength != nil, n.format != "":
		return typeText
	case n.minimum != nil, n.maximum != nil, n.exclusiveMinimum != nil, n.exclusiveMaximum != nil,
		n.multipleOf != nil:
		return typeInteger | typeNumber
	}
	return 0
}
