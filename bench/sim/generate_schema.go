package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// generateSchema reads the vendor's own form of schemas, of which fault is what is wrong first.
type generateSchema struct{ fault string }

// checkSchema says what is wrong with a schema at a path; nil is none.
func checkSchema(b json.RawMessage, at string) string {
	if b == nil {
		return ""
	}
	var s generateSchema
	s.standard(b, at)
	return s.fault
}

// schemaTypes are the vendor's types.
var schemaTypes = []string{"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"}

// standard turns a schema into JSON Schema: types in lower case, numbers that are written as text, properties in the order
// asked for. What JSON Schema doesn't know is left out; a value that may be null fits if it isn't, too.
func (s *generateSchema) standard(b json.RawMessage, at string) json.RawMessage {
	fields, ok := readMembers(b)
	if !ok {
		s.say("Invalid value at '%s' (type.googleapis.com/google.ai.generativelanguage.v1beta.Schema), %s", at, b)
		return b
	}
	s.check(fields, at)
	var out members
	for _, f := range fields {
		switch f.name {
		case "propertyOrdering", "nullable", "example":
			continue
		case "type":
			f.value = json.RawMessage(strings.ToLower(string(f.value)))
		case "items":
			f.value = s.standard(f.value, at+".items")
		case "anyOf":
			f.value = s.list(f.value, at+".any_of")
		case "properties":
			f.value = s.properties(f.value, fields.strings("propertyOrdering"), at+".properties")
		case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
			f.value = json.RawMessage(strings.Trim(string(f.value), `"`))
		}
		out = append(out, f)
	}
	return out.json()
}

func (s *generateSchema) say(format string, args ...any) {
	if s.fault == "" {
		s.fault = fmt.Sprintf(format, args...)
	}
}

// check looks for what the vendor refuses although JSON Schema takes it.
func (s *generateSchema) check(fields members, at string) {
	kind := strings.ToUpper(strings.Trim(string(fields.get("type")), `"`))
	if kind != "" && !slices.Contains(schemaTypes, kind) {
		s.say("%s", badEnum(at+".type", "Type", strings.Trim(string(fields.get("type")), `"`)))
	}
	properties, _ := readMembers(fields.get("properties"))
	switch {
	case kind == "OBJECT" && len(properties) == 0:
		s.say("%s", requestFault(at+".properties", "should be non-empty for OBJECT type"))
	case kind == "ARRAY" && fields.get("items") == nil:
		s.say("%s", requestFault(at+".items", "missing field."))
	}
	for i, name := range fields.strings("required") {
		if properties.get(name) == nil {
			s.say("%s", requestFault(fmt.Sprintf("%s.required[%d]", at, i), "property is not defined"))
		}
	}
}

func (s *generateSchema) list(b json.RawMessage, at string) json.RawMessage {
	var list []json.RawMessage
	_ = json.Unmarshal(b, &list)
	for i, one := range list {
		list[i] = s.standard(one, fmt.Sprintf("%s[%d]", at, i))
	}
	out, _ := json.Marshal(list)
	return out
}

func (s *generateSchema) properties(b json.RawMessage, order []string, at string) json.RawMessage {
	list, _ := readMembers(b)
	for i, p := range list {
		list[i].value = s.standard(p.value, at+"["+p.name+"]")
	}
	if len(order) > 0 {
		slices.SortStableFunc(list, func(a, b member) int { return slices.Index(order, a.name) - slices.Index(order, b.name) })
	}
	return list.json()
}
