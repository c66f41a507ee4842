package dialect

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
)

// Encoder writes one request body. What can't be said is noted on the way.
type Encoder struct {
	jsontext.Writer
	Notes
	provider string
	extra    map[string]any // of the object being written
	path     string         // of that object, with a dot behind it; empty for the body
	merged   []string       // fields whose Extra was written already
}

// Field begins a field of the body, or of an Object in it, unless the request's Extra replaces it.
func (e *Encoder) Field(name string) bool {
	if _, replaced := e.extra[name]; replaced {
		return false
	}
	e.Key(name)
	return true
}

// OptionalFloat, OptionalInt and OptionalBool write a Field if it is set; OptionalText, OptionalTexts and OptionalCount one
// that is unset when empty.
func (e *Encoder) OptionalFloat(name string, v *float64) {
	if v != nil && e.Field(name) {
		e.Float(*v)
	}
}

func (e *Encoder) OptionalInt(name string, v *int) {
	if v != nil && e.Field(name) {
		e.Int(int64(*v))
	}
}

func (e *Encoder) OptionalBool(name string, v *bool) {
	if v != nil && e.Field(name) {
		e.Bool(*v)
	}
}

func (e *Encoder) OptionalText(name, v string) {
	if v != "" && e.Field(name) {
		e.String(v)
	}
}

func (e *Encoder) OptionalTexts(name string, v []string) {
	if len(v) > 0 && e.Field(name) {
		e.Strings(v)
	}
}

func (e *Encoder) OptionalCount(name string, v int) {
	if v > 0 && e.Field(name) {
		e.Int(int64(v))
	}
}
