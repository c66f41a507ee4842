package dialect

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Encoder writes one request body. Faults (what can't be said and would be lost) and warnings (what is not honoured) are
// collected on the way.
type Encoder struct {
	jsontext.Writer
	provider string
	extra    map[string]any
	merged   []string // objects of extra that were written already
	warnings []request.Warning
	faults   request.Faults
}

// Field begins a top-level field, unless the request's Extra replaces it.
func (e *Encoder) Field(name string) bool {
	if _, replaced := e.extra[name]; replaced {
		return false
	}
	e.Key(name)
	return true
}

// Optional writes a top-level number, if it is set.
func (e *Encoder) Optional(name string, v *float64) {
	if v != nil && e.Field(name) {
		e.Float(*v)
	}
}

// Object writes a top-level object whose fields are written by write, with Field. The Extra of the same name, if it is an
// object, is merged into it field by field; anything else replaces it. An object without fields is left out.
func (e *Encoder) Object(name string, write func()) {
	inner, ok := e.object(name)
	if !ok {
		return
	}
	outer, merged, start := e.extra, append(e.merged, name), len(e.B)
	e.Key(name)
	e.Raw("{")
	empty := len(e.B)
	e.extra, e.merged = inner, nil
	write()
	e.Extras(func(string, string) string { return "" })
	e.extra, e.merged = outer, merged
	if len(e.B) == empty {
		e.B = e.B[:start]
	} else {
		e.Raw("}")
	}
}

// object is the Extra of a name, if it is an object or if there is none.
func (e *Encoder) object(name string) (fields map[string]any, ok bool) {
	value, given := e.extra[name]
	if !given {
		return nil, true
	}
	var raw map[string]json.RawMessage // which keeps every digit of a number
	if text, err := json.Marshal(value); err != nil || json.Unmarshal(text, &raw) != nil || raw == nil {
		return nil, false
	}
	fields = make(map[string]any, len(raw))
	for key, text := range raw {
		fields[key] = text
	}
	return fields, true
}

// Fault records what can't be said, by the path of its field.
func (e *Encoder) Fault(field, problem string) {
	e.faults = append(e.faults, request.Fault{Field: field, Problem: problem})
}

// Refuse records a part of a message that can't be said.
func (e *Encoder) Refuse(message, part int, problem string) {
	e.Fault(fmt.Sprintf("messages[%d].parts[%d]", message, part), problem)
}

// Warn records once for each field what was not honoured.
func (e *Encoder) Warn(field, message string) {
	for _, w := range e.warnings {
		if w.Field == field {
			return
		}
	}
	e.warnings = append(e.warnings, request.Warning{Field: field, Message: message})
}

// Extras writes the provider's own fields, in the order of their names so that equal requests have equal bodies. refusal
// gives the reason why a field is not the caller's to set, or nothing.
func (e *Encoder) Extras(refusal func(name, value string) string) {
	if len(e.extra) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(e.extra)) {
		if slices.Contains(e.merged, name) {
			continue
		}
		value, err := json.Marshal(e.extra[name])
		path := "extra." + e.provider + "." + name
		if err != nil {
			e.Fault(path, fmt.Sprintf("can't be written as JSON: %v", err))
		} else if reason := refusal(name, string(value)); reason != "" {
			e.Fault(path, reason)
		} else {
			e.Key(name)
			e.B = append(e.B, value...)
		}
	}
}
