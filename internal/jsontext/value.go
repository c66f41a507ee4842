package jsontext

import (
	"bytes"
	"math"
	"strconv"
)

// Skip consumes the next value, whatever it is.
func (r *Reader) Skip() { r.Raw() }

// Raw consumes the next value and returns its text, which is part of the Reader's buffer.
func (r *Reader) Raw() []byte {
	r.space()
	start := r.pos
	// open is a stack of brackets, held in a fixed array as long as the nesting allows.
	var fixed [32]byte
	open := fixed[:0]
	for {
		open = r.step(open)
		if r.err != nil {
			return nil
		}
		if len(open) == 0 {
			return r.buf[start:r.pos]
		}
	}
}

// step consumes one scalar, an opening bracket, or a field name and moves over what separates it from the next.
func (r *Reader) step(open []byte) []byte {
	switch k := r.Kind(); k {
	case Object, Array:
		bracket := r.buf[r.pos] + 2 // '{'+2 is '}' and '['+2 is ']'
		r.pos++
		r.comma = false
		open = append(open, bracket)
	case End:
		r.fail("value expected")
		return open
	default:
		r.scalar(k)
	}
	for len(open) > 0 && r.err == nil {
		if r.following(open[len(open)-1]) {
			return open
		}
		open = open[:len(open)-1]
	}
	return open
}

// following moves to the next element of the container, over its name if the container is an object.
func (r *Reader) following(bracket byte) bool {
	if bracket == ']' {
		return r.More()
	}
	_, ok := r.Key()
	return ok
}

func (r *Reader) scalar(k Kind) {
	switch k {
	case String:
		r.skipText()
	case Number:
		r.number()
	case Bool:
		r.bool()
	case Null:
		r.literal("null")
	}
}

// Text returns the next value's string, unescaped and valid UTF-8; it shares memory with the Reader's buffers and is
// valid until the next call.
func (r *Reader) Text() []byte {
	if r.Kind() != String {
		r.Skip()
		return nil
	}
	return r.text()
}

// String returns the next value's string as a copy.
func (r *Reader) String() string { return string(r.Text()) }

// Once reads a string into a field, unless that has a value: the events of a stream repeat what they belong to.
func (r *Reader) Once(field *string) {
	if *field != "" {
		r.Skip()
		return
	}
	*field = r.String()
}

// Bool returns the next value's boolean.
func (r *Reader) Bool() bool {
	if r.Kind() != Bool {
		r.Skip()
		return false
	}
	return r.bool()
}

// Int returns the next value's number, rounded to an integer; a string that holds a number counts as one.
func (r *Reader) Int() int64 {
	text := r.numeric()
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(string(text), 64)
	switch {
	case err != nil || math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(math.Round(f))
}

// maxCount is beyond any real count and far from an overflow.
const maxCount = 1 << 30

// Count returns the next value's number as a count of something: never negative, and small enough to be added up.
func (r *Reader) Count() int { return int(min(max(0, r.Int()), maxCount)) }

// CountTo reads a Count, if there is one, and reports that.
func (r *Reader) CountTo(to *int) bool {
	if k := r.Kind(); k != Number && k != String {
		r.Skip()
		return false
	}
	*to = r.Count()
	return true
}

// Scalar returns the next value's string unescaped, or the text of its number or boolean; nothing for the other types.
func (r *Reader) Scalar() []byte {
	switch r.Kind() {
	case String:
		return r.text()
	case Number, Bool:
		return r.Raw()
	}
	r.Skip()
	return nil
}

func (r *Reader) numeric() []byte {
	switch r.Kind() {
	case Number:
		return r.number()
	case String:
		return bytes.TrimSpace(r.text())
	}
	r.Skip()
	return nil
}

// number consumes a number by the grammar of RFC 8259.
func (r *Reader) number() []byte {
	start := r.pos
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++
	} else if !r.digits() {
		return nil
	}
	if r.peek() == '.' {
		r.pos++
		if !r.digits() {
			return nil
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		if !r.digits() {
			return nil
		}
	}
	r.comma = true
	return r.buf[start:r.pos]
}

func (r *Reader) digits() bool {
	start := r.pos
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.pos++
	}
	if r.pos == start {
		r.fail("digit expected")
		return false
	}
	return true
}

// peek returns the byte at the position, 0 at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.buf) {
		return r.buf[r.pos]
	}
	return 0
}

func (r *Reader) bool() bool {
	if r.peek() == 't' {
		return r.literal("true")
	}
	r.literal("false")
	return false
}

func (r *Reader) literal(word string) bool {
	if !bytes.HasPrefix(r.buf[r.pos:], []byte(word)) {
		r.fail(word + " expected")
		return false
	}
	r.pos += len(word)
	r.comma = true
	return true
}
