package source

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// The values of JSON as a template sees them: they can be compared and ranged over, and print as what a prompt is to say. A
// number that is whole is an int64, a longer one a json.Number.
type (
	object map[string]any
	list   []any
	number float64
	null   []struct{} // so that it is empty for {{if}}
)

func (o object) String() string { return asJSON(o) }
func (l list) String() string   { return asJSON(l) }
func (null) String() string     { return "" }

// String writes no exponent.
func (n number) String() string { return strconv.FormatFloat(float64(n), 'f', -1, 64) }

// get returns null for a field that is missing.
func (o object) get(name string) any {
	if v, ok := o[name]; ok {
		return v
	}
	return null(nil)
}

// names lists the fields for an error.
func (o object) names() string { return some(slices.Sorted(maps.Keys(o))) }

func some(all []string) string {
	const most = 20
	if len(all) > most {
		return strings.Join(all[:most], ", ") + " and others"
	}
	return strings.Join(all, ", ")
}

// fieldsOf reads a JSON object that is known to be valid.
func fieldsOf(text []byte) object {
	var r jsontext.Reader
	r.Reset(text)
	fields, _ := value(&r, 0).(object)
	return fields
}

// maxDepth bounds the recursion; what is nested deeper is text.
const maxDepth = 1000

func value(r *jsontext.Reader, depth int) any {
	if depth > maxDepth {
		return string(r.Raw())
	}
	switch r.Kind() {
	case jsontext.Object:
		fields := object{}
		for key := range r.Fields() {
			name := string(key)
			fields[name] = value(r, depth+1)
		}
		return fields
	case jsontext.Array:
		elements := list{}
		for r.Array(); r.More(); {
			elements = append(elements, value(r, depth+1))
		}
		return elements
	case jsontext.String:
		return r.String()
	case jsontext.Number:
		return numberOf(string(r.Raw()))
	case jsontext.Bool:
		return r.Bool()
	}
	r.Skip()
	return null(nil)
}

func numberOf(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !strings.ContainsAny(text, ".eE") {
		return json.Number(text)
	}
	return number(f)
}

// asJSON leaves <, > and & as they are: prompts are not web pages.
func asJSON(v any) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error() // for nesting alone, which maxDepth bounds
	}
	return strings.TrimSuffix(out.String(), "\n")
}
