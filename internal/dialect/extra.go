package dialect

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Refusal gives the reason why an Extra is not the caller's to set, or nothing. A nil one refuses none.
type Refusal func(name, value string) string

// Extras writes the provider's own fields, in the order of their names so that equal requests have equal bodies.
func (e *Encoder) Extras(refusal Refusal) {
	if len(e.extra) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(e.extra)) {
		if !slices.Contains(e.merged, name) {
			e.writeExtra(name, refusal)
		}
	}
}

func (e *Encoder) writeExtra(name string, refusal Refusal) {
	value, ok := e.extraJSON(name)
	if !ok {
		return
	}
	if refusal != nil {
		if reason := refusal(name, string(value)); reason != "" {
			e.Fault(e.extraPath(name), reason)
			return
		}
	}
	e.Key(name)
	e.Value(value)
}

// Object writes an object whose fields are written by write, with Field. The Extra of the same name, if it is an object, is
// merged into it field by field; anything else replaces it. An object without fields is left out.
func (e *Encoder) Object(name string, write func()) { e.GuardedObject(name, nil, write) }

// GuardedObject is an Object of which some fields are not the caller's to set.
func (e *Encoder) GuardedObject(name string, refusal Refusal, write func()) {
	inner, ok := e.extraFields(name)
	if !ok {
		return
	}
	extra, merged, path, start := e.extra, e.merged, e.path, len(e.B)
	if inner != nil {
		merged, e.path = append(merged, name), path+name+"."
	}
	e.Key(name)
	e.Raw("{")
	empty := len(e.B)
	e.extra, e.merged = inner, nil
	write()
	e.Extras(refusal)
	e.extra, e.merged, e.path = extra, merged, path
	if len(e.B) == empty {
		e.B = e.B[:start]
	} else {
		e.Raw("}")
	}
}

// ExtraList returns what stands between the brackets of an Extra that is a list, for who adds it to a list of its own.
func (e *Encoder) ExtraList(name string) []byte {
	if _, given := e.extra[name]; !given {
		return nil
	}
	e.merged = append(e.merged, name)
	value, ok := e.extraJSON(name)
	if ok && value[0] != '[' {
		e.Fault(e.extraPath(name), "must be a list")
		ok = false
	}
	if !ok {
		return nil
	}
	return value[1 : len(value)-1]
}

// extraFields is the Extra of a name, if it is an object or if there is none.
func (e *Encoder) extraFields(name string) (fields map[string]any, ok bool) {
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

func (e *Encoder) extraJSON(name string) ([]byte, bool) {
	value, err := json.Marshal(e.extra[name])
	if err != nil {
		e.Fault(e.extraPath(name), fmt.Sprintf("can't be written as JSON: %v", err))
	}
	return value, err == nil
}

func (e *Encoder) extraPath(name string) string { return "extra." + e.provider + "." + e.path + name }
