package gemini

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// schema reads a schema in the API's own notation, which is that of OpenAPI 3.0 with types in capitals, and writes it as the
// JSON Schema that the rest of llmgate speaks.
func (p *parser) schema() json.RawMessage {
	if !p.Expect(jsontext.Object, "an object") {
		return nil
	}
	w := &jsontext.Writer{}
	schemaWriter{Writer: w, r: &p.R}.schema(0)
	return w.B
}

type schemaWriter struct {
	*jsontext.Writer
	r *jsontext.Reader
}

// maxDepth bounds how deep schemas stand in each other; what is deeper is copied.
const maxDepth = 64

func (w schemaWriter) schema(depth int) {
	r := w.r
	if r.Kind() != jsontext.Object || depth == maxDepth {
		w.Value(r.Raw())
		return
	}
	w.Raw("{")
	var kind string
	nullable := false
	for key := range r.Fields() {
		switch name := camel(string(key)); name {
		case "type":
			if r.Kind() != jsontext.String { // a list, in JSON Schema
				w.copy(name)
				continue
			}
			kind = strings.ToLower(r.String())
		case "nullable":
			nullable = r.Bool()
		case "properties", "defs", "$defs":
			w.Key(name)
			w.schemas(depth + 1)
		case "anyOf", "prefixItems":
			w.Key(name)
			w.list(depth + 1)
		case "items", "additionalProperties":
			w.Key(name)
			w.schema(depth + 1)
		case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties": // may stand as text
			w.Key(name)
			w.Raw(strconv.FormatInt(r.Int(), 10))
		default:
			w.copy(name)
		}
	}
	w.kind(kind, nullable)
	w.Raw("}")
}

func (w schemaWriter) copy(name string) {
	w.Key(name)
	w.Value(w.r.Raw())
}

func (w schemaWriter) kind(kind string, nullable bool) {
	switch {
	case kind == "" && nullable:
		w.Key("nullable")
		w.Bool(true)
	case kind == "":
	case nullable:
		w.Key("type")
		w.Strings([]string{kind, "null"})
	default:
		w.Text("type", kind)
	}
}

// schemas writes an object of schemas, list a list of them.
func (w schemaWriter) schemas(depth int) {
	w.Raw("{")
	for key := range w.r.Fields() {
		w.Key(string(key))
		w.schema(depth)
	}
	w.Raw("}")
}

func (w schemaWriter) list(depth int) {
	w.Raw("[")
	if w.r.Array() {
		for w.r.More() {
			w.Comma()
			w.schema(depth)
		}
	}
	w.Raw("]")
}
