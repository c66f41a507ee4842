package anthropic

import (
	"encoding/json"
	"slices"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// opaque is a block that the vocabulary has no name for, kept as JSON. In a stream its start holds empty fields that later
// pieces fill.
type opaque struct {
	raw   []byte
	added []addition
}

// addition is what pieces have brought for one field: text, or for the input of a call JSON.
type addition struct {
	field string
	text  []byte
}

// size is how much is held, in bytes.
func (o *opaque) size() int {
	if o == nil {
		return 0
	}
	n := len(o.raw)
	for _, a := range o.added {
		n += len(a.field) + len(a.text)
	}
	return n
}

// add takes in a delta: whatever text it holds goes to the field of the same name.
func (o *opaque) add(delta []byte) {
	var r jsontext.Reader
	r.Reset(delta)
	for key := range r.Fields() {
		field := string(key)
		switch {
		case field == "type" || r.Kind() != jsontext.String:
			r.Skip()
			continue
		case field == "partial_json":
			field = "input"
		}
		o.append(field, r.Text())
	}
}

func (o *opaque) append(field string, text []byte) {
	i := slices.IndexFunc(o.added, func(a addition) bool { return a.field == field })
	if i < 0 {
		i = len(o.added)
		o.added = append(o.added, addition{field: field})
	}
	o.added[i].text = append(o.added[i].text, text...)
}

// whole is the block with everything that was added.
func (o *opaque) whole() []byte {
	if len(o.added) == 0 {
		return o.raw
	}
	w := jsontext.Writer{B: []byte{'{'}}
	var r jsontext.Reader
	r.Reset(o.raw)
	for key := range r.Fields() {
		field := string(key)
		value := r.Raw()
		if !slices.ContainsFunc(o.added, func(a addition) bool { return a.field == field && len(a.text) > 0 }) {
			w.Key(field)
			w.Value(value)
		}
	}
	for _, a := range o.added {
		switch {
		case len(a.text) == 0:
		case a.field == "input" && json.Valid(a.text):
			w.Key(a.field)
			w.Value(a.text)
		default:
			w.Text(a.field, string(a.text))
		}
	}
	return append(w.B, '}')
}
