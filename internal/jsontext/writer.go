package jsontext

import (
	"encoding/base64"
	"strconv"
)

// Writer appends JSON to B. It sets the commas; brackets and braces are the caller's, written with Raw or append.
type Writer struct{ B []byte }

// Comma separates what comes next from the value that stands before it, if one does.
func (w *Writer) Comma() {
	switch w.B[len(w.B)-1] {
	case '{', '[', ':':
	default:
		w.B = append(w.B, ',')
	}
}

// Key writes a field's name; its value is to follow.
func (w *Writer) Key(name string) {
	w.Comma()
	w.String(name)
	w.B = append(w.B, ':')
}

// Text writes a field whose value is a string.
func (w *Writer) Text(name, value string) {
	w.Key(name)
	w.String(value)
}

// TextIf writes the field unless the value is empty.
func (w *Writer) TextIf(name, value string) {
	if value != "" {
		w.Text(name, value)
	}
}

// IntIf writes a field whose value is a number, unless that is 0.
func (w *Writer) IntIf(name string, value int) {
	if value != 0 {
		w.Key(name)
		w.Int(int64(value))
	}
}

// Raw writes text that is JSON already, Value a value.
func (w *Writer) Raw(s string)       { w.B = append(w.B, s...) }
func (w *Writer) Value(value []byte) { w.B = append(w.B, value...) }

// String writes a string, Int, Bool and Float a value of their type.
func (w *Writer) String(s string) { w.B = AppendString(w.B, s) }
func (w *Writer) Int(n int64)     { w.B = strconv.AppendInt(w.B, n, 10) }
func (w *Writer) Bool(b bool)     { w.B = strconv.AppendBool(w.B, b) }
func (w *Writer) Float(f float64) { w.B = AppendFloat(w.B, f) }

// Base64 writes a field whose value is data as base64.
func (w *Writer) Base64(name string, data []byte) {
	w.Key(name)
	w.B = append(w.B, '"')
	w.B = base64.StdEncoding.AppendEncode(w.B, data)
	w.B = append(w.B, '"')
}

// Strings writes a list of strings.
func (w *Writer) Strings(list []string) {
	w.B = append(w.B, '[')
	for _, s := range list {
		w.Comma()
		w.String(s)
	}
	w.B = append(w.B, ']')
}
