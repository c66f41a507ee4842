package schemagen

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// encode writes v as compact JSON, members in their order.
func encode(v *value) []byte {
	return appendValue(nil, v)
}

func appendValue(out []byte, v *value) []byte {
	switch v.kind {
	case kindBoolean:
		return strconv.AppendBool(out, v.truth)
	case kindNumber:
		return append(out, v.number.literal...)
	case kindText:
		return appendText(out, v.text)
	case kindArray:
		return appendArray(out, v.items)
	case kindObject:
		return appendObject(out, v.members)
	}
	return append(out, "null"...)
}

func appendArray(out []byte, items []*value) []byte {
	out = append(out, '[')
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendValue(out, item)
	}
	return append(out, ']')
}

func appendObject(out []byte, members []member) []byte {
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendText(out, m.name), ':')
		out = appendValue(out, m.value)
	}
	return append(out, '}')
}

// appendText leaves <, > and & alone: models write them plainly.
func appendText(out []byte, s string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string into memory cannot fail
	return append(out, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}
