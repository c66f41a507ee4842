package schemagen

// setter reads the value of one keyword into a node.
type setter func(c *compiler, n *node, v *value, keyword string) error

// keywordSetters lists the keywords that are read one by one. Those that mean
// different things beside each other are read by setItemKeywords, readFlags and
// enter; all others are annotations and pass unread.
func keywordSetters() map[string]setter {
	all := map[string]setter{
		"type":     setType,
		"nullable": setFlag(func(n *node) *bool { return &n.nullable }),
		"enum":     setEnum,
		"const":    setConst,
		"default":  setSuggestion,
		"example":  setSuggestion,
		"examples": setSuggestions,
		"pattern":  setPattern,
		"format":   setText(func(n *node) *string { return &n.format }),
		"$ref":     setText(func(n *node) *string { return &n.refText }),
		"$anchor":  setAnchor,

		"$dynamicAnchor": setAnchor,

		"$dynamicRef":   refuse("write $ref instead"),
		"$recursiveRef": refuse("write $ref instead"),
	}
	for keyword, field := range numberFields {
		all[keyword] = setNumber(field)
	}
	for keyword, field := range countFields {
		all[keyword] = setCount(field)
	}
	addSubschemaSetters(all)
	return all
}

var numberFields = map[string]func(*node) **number{
	"minimum":          func(n *node) **number { return &n.minimum },
	"maximum":          func(n *node) **number { return &n.maximum },
	"exclusiveMinimum": func(n *node) **number { return &n.exclusiveMinimum },
	"exclusiveMaximum": func(n *node) **number { return &n.exclusiveMaximum },
	"multipleOf":       func(n *node) **number { return &n.multipleOf },
}

var countFields = map[string]func(*node) **int{
	"minLength":     func(n *node) **int { return &n.minLength },
	"maxLength":     func(n *node) **int { return &n.maxLength },
	"minItems":      func(n *node) **int { return &n.minItems },
	"maxItems":      func(n *node) **int { return &n.maxItems },
	"minContains":   func(n *node) **int { return &n.minContains },
	"maxContains":   func(n *node) **int { return &n.maxContains },
	"minProperties": func(n *node) **int { return &n.minProperties },
	"maxProperties": func(n *node) **int { return &n.maxProperties },
}

func addSubschemaSetters(all map[string]setter) {
	for keyword, field := range schemaFields {
		all[keyword] = setSchema(field)
	}
	all["allOf"] = setSchemas(func(n *node) *[]*node { return &n.allOf })
	all["anyOf"] = setSchemas(func(n *node) *[]*node { return &n.anyOf })
	all["oneOf"] = setSchemas(func(n *node) *[]*node { return &n.oneOf })
	all["uniqueItems"] = setFlag(func(n *node) *bool { return &n.unique })
	all["properties"] = setProperties
	all["patternProperties"] = setPatternProperties
	all["required"] = setRequired
	all["dependentRequired"] = setDependencies
	all["dependentSchemas"] = setDependencies
	all["dependencies"] = setDependencies
	all["$defs"] = setDefinitions
	all["definitions"] = setDefinitions
}

var schemaFields = map[string]func(*node) **node{
	"not":                   func(n *node) **node { return &n.not },
	"if":                    func(n *node) **node { return &n.condition },
	"then":                  func(n *node) **node { return &n.consequence },
	"else":                  func(n *node) **node { return &n.otherwise },
	"contains":              func(n *node) **node { return &n.contains },
	"unevaluatedItems":      func(n *node) **node { return &n.unevaluatedItems },
	"additionalProperties":  func(n *node) **node { return &n.additional },
	"propertyNames":         func(n *node) **node { return &n.propertyNames },
	"unevaluatedProperties": func(n *node) **node { return &n.leftovers },
}
