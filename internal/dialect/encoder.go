package dialect

import (
	"fmt"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Encoder writes one request body. Faults (what can't be said and would be lost) and warnings (what is not honoured) are
// collected on the way.
type Encoder struct {
	jsontext.Writer
	provider string
	extra    map[string]any // of the object being written
	path     string         // of that object, with a dot behind it; empty for the body
	merged   []string       // fields whose Extra was written already
	warnings []request.Warning
	faults   request.Faults
}

// Field begins a field of the body, or of an Object in it, unless the request's Extra replaces it.
func (e *Encoder) Field(name string) bool {
	if _, replaced := e.extra[name]; replaced {
		return false
	}
	e.Key(name)
	return true
}

// Optional writes a Field that is a number, if it is set.
func (e *Encoder) Optional(name string, v *float64) {
	if v != nil && e.Field(name) {
		e.Float(*v)
	}
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
