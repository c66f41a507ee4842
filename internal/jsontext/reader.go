// Package jsontext reads and writes JSON text without reflection: a Reader that walks a document in place, and functions
// that append values to a buffer. The provider codecs use it because decoding into structs costs them a second pass, an
// allocation for each field, and strictness about types that real servers do not share. Configuration and everything else
// off the hot path uses encoding/json.
package jsontext

import (
	"errors"
	"fmt"
	"iter"
)

// Kind is the type of a JSON value.
type Kind uint8

// The kinds. End is the end of the text, or a place where no value can start.
const (
	End Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// ErrSyntax is in the chain of every error of a Reader.
var ErrSyntax = errors.New("invalid JSON")

// Reader walks JSON text from left to right. Each value is to be consumed exactly once, by a getter, Skip, or entering it.
// A getter that meets a value of another type consumes it and returns the zero value: what a server sent in the wrong
// type counts as not sent. The first syntax error stays: from then on every call returns zero values and loops end.
// Unescaped control characters in strings are let through.
type Reader struct {
	buf     []byte
	pos     int
	comma   bool // a value was read in the container the Reader is in, so that a comma must come before the next
	err     error
	scratch []byte
}

// maxScratch keeps one huge string from pinning its memory in a Reader that is reused.
const maxScratch = 1 << 20

// Reset starts the Reader on new text. The Reader keeps reading from b, which must not change meanwhile.
func (r *Reader) Reset(b []byte) {
	scratch := r.scratch[:0]
	if cap(scratch) > maxScratch {
		scratch = nil
	}
	*r = Reader{buf: b, scratch: scratch}
}

// Err returns the first syntax error, or nil.
func (r *Reader) Err() error { return r.err }

// Next reports whether another top-level value follows. Values may stand one after the other with nothing but space
// between them.
func (r *Reader) Next() bool {
	r.comma = false
	r.space()
	return r.err == nil && r.pos < len(r.buf)
}

// Close checks that nothing but space is left and returns the first error.
func (r *Reader) Close() error {
	r.space()
	if r.err == nil && r.pos < len(r.buf) {
		r.fail("text after the value")
	}
	return r.err
}

// Kind tells the type of the next value without consuming it.
func (r *Reader) Kind() Kind {
	r.space()
	if r.err != nil || r.pos >= len(r.buf) {
		return End
	}
	switch c := r.buf[r.pos]; {
	case c == '"':
		return String
	case c == '{':
		return Object
	case c == '[':
		return Array
	case c == '-', '0' <= c && c <= '9':
		return Number
	case c == 't', c == 'f':
		return Bool
	case c == 'n':
		return Null
	}
	return End
}

// Object enters an object; its fields follow by Key. A value of another type is consumed and false returned.
func (r *Reader) Object() bool { return r.enter(Object) }

// Array enters an array; its elements follow while More. A value of another type is consumed and false returned.
func (r *Reader) Array() bool { return r.enter(Array) }

func (r *Reader) enter(k Kind) bool {
	if r.Kind() != k {
		r.Skip()
		return false
	}
	r.pos++
	r.comma = false
	return true
}

// Key returns the next field's name, valid until the next call, or false at the end of the object, which it consumes.
func (r *Reader) Key() ([]byte, bool) {
	if !r.element('}') {
		return nil, false
	}
	if r.pos >= len(r.buf) || r.buf[r.pos] != '"' {
		r.fail("field name expected")
		return nil, false
	}
	key := r.text()
	r.space()
	if r.err != nil || r.pos >= len(r.buf) || r.buf[r.pos] != ':' {
		r.fail("colon expected")
		return nil, false
	}
	r.pos++
	r.comma = false
	return key, true
}

// More reports whether another element follows; at the end of the array it consumes the bracket.
func (r *Reader) More() bool { return r.element(']') }

// element moves to the next element of the container that ends with the given bracket.
func (r *Reader) element(end byte) bool {
	r.space()
	if r.err != nil {
		return false
	}
	if r.pos >= len(r.buf) {
		r.fail("text ends inside a value")
		return false
	}
	if r.buf[r.pos] == end {
		r.pos++
		r.comma = true
		return false
	}
	if !r.comma {
		return true
	}
	if r.buf[r.pos] != ',' {
		r.fail("comma expected")
		return false
	}
	r.pos++
	r.comma = false
	r.space()
	if r.pos < len(r.buf) && r.buf[r.pos] == end {
		r.fail("value expected after comma")
		return false
	}
	return r.err == nil
}

// Fields enters an object and ranges over its names; each name is valid until its value is read, which the loop's body must
// do. A value of another type is consumed and has no fields.
func (r *Reader) Fields() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !r.Object() {
			return
		}
		for key, ok := r.Key(); ok && yield(key); key, ok = r.Key() {
		}
	}
}

func (r *Reader) space() {
	for r.pos < len(r.buf) {
		switch r.buf[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

func (r *Reader) fail(problem string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w at byte %d: %s", ErrSyntax, r.pos, problem)
	}
}
