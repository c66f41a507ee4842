package cache

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// maxDepth is how deep into JSON the order of members is looked at; what is deeper counts by its text.
const maxDepth = 32

// member is one of an object's: its name, as a range of the keyer's names, and the text of its value.
type member struct {
	start, end int
	value      []byte
}

// value writes a value of a request's Extra as the JSON it is sent as.
func (k *keyer) value(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		k.failed = true
		return
	}
	k.json(text)
}

// json writes JSON so that space and the order of an object's members make no difference, except under "properties": models
// write the fields of an answer in the order in which its schema has them, which can change what they write. Numbers and
// strings count by their text, and so does what is not JSON.
func (k *keyer) json(text []byte) {
	if len(text) > 0 { // most requests have no schema
		r := &k.reader
		r.Reset(text)
		if value := r.Raw(); r.Close() == nil {
			k.jsonValue(value, false, 0)
			return
		}
	}
	k.number('!')
	k.bytes(text)
}

// jsonValue writes a value that is known to be valid, without space around it.
func (k *keyer) jsonValue(text []byte, ordered bool, depth int) {
	first, names := len(k.members), len(k.names)
	switch {
	case depth < maxDepth && text[0] == '{':
		k.number('{')
		k.readObject(text, ordered)
	case depth < maxDepth && text[0] == '[':
		k.number('[')
		k.readArray(text)
	default:
		k.number('=')
		k.bytes(text)
		return
	}
	// By index, for what is inside moves the lists when it makes them grow.
	last := len(k.members)
	k.count(last - first)
	for i := first; i < last; i++ {
		m := k.members[i]
		name := k.names[m.start:m.end]
		k.bytes(name)
		k.jsonValue(m.value, string(name) == "properties", depth+1)
	}
	clear(k.members[first:])
	k.members, k.names = k.members[:first], k.names[:names]
}

// readObject lists the members of an object, in order unless the order they stand in counts.
func (k *keyer) readObject(text []byte, ordered bool) {
	first, r := len(k.members), &k.reader
	r.Reset(text)
	r.Object()
	for name, ok := r.Key(); ok; name, ok = r.Key() {
		// Different escapes that stand for no character all read as this one.
		k.failed = k.failed || bytes.ContainsRune(name, utf8.RuneError)
		start := len(k.names)
		k.names = append(k.names, name...)
		k.members = append(k.members, member{start, len(k.names), r.Raw()})
	}
	if ordered {
		return
	}
	slices.SortStableFunc(k.members[first:], func(a, b member) int {
		return bytes.Compare(k.names[a.start:a.end], k.names[b.start:b.end])
	})
}

// readArray lists the elements of an array, as members without a name.
func (k *keyer) readArray(text []byte) {
	r := &k.reader
	r.Reset(text)
	r.Array()
	for r.More() {
		k.members = append(k.members, member{value: r.Raw()})
	}
}
