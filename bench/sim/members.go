package sim

import (
	"bytes"
	"encoding/json"
)

// member is a field of an object.
type member struct {
	name  string
	value json.RawMessage
}

// members are the fields of an object in the order in which they are written, which a map would lose.
type members []member

// readMembers reports whether a value is an object.
func readMembers(b json.RawMessage) (members, bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	list := members{}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return nil, false
		}
		list = append(list, member{name.(string), value})
	}
	return list, true
}

func (m members) json() json.RawMessage {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, f := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		name, _ := json.Marshal(f.name)
		out.Write(name)
		out.WriteByte(':')
		out.Write(f.value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// get is the value of a field, nil if there is none.
func (m members) get(name string) json.RawMessage {
	for _, f := range m {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// strings is a field that is a list of texts.
func (m members) strings(name string) (list []string) {
	_ = json.Unmarshal(m.get(name), &list)
	return list
}
