package schemagen

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// schema is short for the library's type, which serves as the parsed form.
type schema = jsonschema.Schema

// document is a schema whose references can be followed, and whose properties know the order in which they were written.
type document struct {
	root   *schema
	places map[string]*schema // by reference: "#/$defs/item", "#name"
	never  map[*schema]bool   // the schemas written as false
}

func load(text []byte) (*document, error) {
	d := &document{root: new(schema), places: map[string]*schema{}, never: map[*schema]bool{}}
	if err := json.Unmarshal(text, d.root); err != nil {
		return nil, fmt.Errorf("not a JSON Schema: %w", err)
	}
	return d, d.walk(d.root, text, "#")
}

// walk enters a schema and those inside it into the places.
func (d *document) walk(s *schema, text []byte, at string) error {
	if s == nil {
		return nil
	}
	if strings.Count(at, "/") > deepest {
		return errEndless
	}
	d.places[at] = s
	if s.Anchor != "" {
		d.places["#"+s.Anchor] = s
	}
	if err := checkPattern(s); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	var r jsontext.Reader
	r.Reset(text)
	if r.Kind() == jsontext.Bool {
		d.never[s] = !r.Bool()
		return nil
	}
	for key := range r.Fields() {
		name := string(key)
		if err := d.inside(s, name, r.Raw(), at+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

// checkPattern drops a pattern that Go can't read (it has lookahead, say) where a format describes the same text.
func checkPattern(s *schema) error {
	_, err := regexp.Compile(s.Pattern)
	if err != nil && formats[s.Format] != nil {
		s.Pattern = ""
		return nil
	}
	return err
}

// inside walks the schemas that stand under a keyword.
func (d *document) inside(s *schema, keyword string, text []byte, at string) error {
	switch keyword {
	case "properties":
		return d.walkMap(s.Properties, text, at, &s.PropertyOrder)
	case "$defs":
		return d.walkMap(s.Defs, text, at, nil)
	case "definitions":
		return d.walkMap(s.Definitions, text, at, nil)
	case "patternProperties":
		return d.walkMap(s.PatternProperties, text, at, nil)
	case "allOf":
		return d.walkList(s.AllOf, text, at)
	case "anyOf":
		return d.walkList(s.AnyOf, text, at)
	case "oneOf":
		return d.walkList(s.OneOf, text, at)
	case "prefixItems":
		return d.walkList(s.PrefixItems, text, at)
	case "items":
		if len(s.ItemsArray) > 0 {
			return d.walkList(s.ItemsArray, text, at)
		}
		return d.walk(s.Items, text, at)
	}
	return d.walk(map[string]*schema{
		"additionalProperties": s.AdditionalProperties, "additionalItems": s.AdditionalItems, "contains": s.Contains,
		"if": s.If, "then": s.Then, "else": s.Else, "propertyNames": s.PropertyNames, "not": s.Not,
	}[keyword], text, at)
}

func (d *document) walkMap(children map[string]*schema, text []byte, at string, order *[]string) error {
	var r jsontext.Reader
	r.Reset(text)
	for key := range r.Fields() {
		name := string(key)
		if order != nil {
			*order = append(*order, name)
		}
		pointer := strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
		if err := d.walk(children[name], r.Raw(), at+"/"+pointer); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) walkList(children []*schema, text []byte, at string) error {
	var r jsontext.Reader
	r.Reset(text)
	r.Array()
	for i := 0; r.More() && i < len(children); i++ {
		if err := d.walk(children[i], r.Raw(), at+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}
