package jsontext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// text consumes a string; the position is at its opening quote. Without escapes the result is a range of the buffer.
func (r *Reader) text() []byte {
	r.pos++
	rest := r.buf[r.pos:]
	n := bytes.IndexByte(rest, '"')
	if n < 0 {
		r.pos = len(r.buf)
		r.fail("text ends inside a string")
		return nil
	}
	r.comma = true
	if escape := bytes.IndexByte(rest[:n], '\\'); escape >= 0 {
		return r.unescape(escape)
	}
	r.pos += n + 1
	return valid(rest[:n])
}

// skipText consumes a string and checks its escapes, without unescaping it.
func (r *Reader) skipText() {
	var discard [utf8.UTFMax]byte
	r.pos++
	quote := -1 // the next one; found anew only when passed, so that many escapes cost no more than a few
	for r.err == nil {
		if quote < r.pos {
			n := bytes.IndexByte(r.buf[r.pos:], '"')
			if n < 0 {
				r.pos = len(r.buf)
				r.fail("text ends inside a string")
				return
			}
			quote = r.pos + n
		}
		n := bytes.IndexByte(r.buf[r.pos:quote], '\\')
		if n < 0 {
			r.pos = quote + 1
			r.comma = true
			return
		}
		r.pos += n
		r.escape(discard[:0])
	}
}

// valid replaces what is not UTF-8, as encoding/json does.
func valid(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return []byte(string([]rune(string(b))))
}

// unescape consumes the rest of a string whose first escape is at the given distance.
func (r *Reader) unescape(escape int) []byte {
	out := append(r.scratch[:0], r.buf[r.pos:r.pos+escape]...)
	r.pos += escape
	for r.pos < len(r.buf) {
		switch r.buf[r.pos] {
		case '"':
			r.pos++
			r.scratch = out
			return valid(out)
		case '\\':
			out = r.escape(out)
			if r.err != nil {
				return nil
			}
		default:
			start := r.pos
			for r.pos < len(r.buf) && r.buf[r.pos] != '"' && r.buf[r.pos] != '\\' {
				r.pos++
			}
			out = append(out, r.buf[start:r.pos]...)
		}
	}
	r.fail("text ends inside a string")
	return nil
}

// plain maps the letter of a two-character escape to its meaning.
var plain = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape consumes one escape sequence and appends what it stands for.
func (r *Reader) escape(out []byte) []byte {
	r.pos++
	c := r.peek()
	if m := plain[c]; m != 0 {
		r.pos++
		return append(out, m)
	}
	if c != 'u' {
		r.fail("unknown escape in a string")
		return out
	}
	first, ok := r.unit()
	if !ok {
		r.fail("four hexadecimal digits expected")
		return out
	}
	if !utf16.IsSurrogate(first) {
		return utf8.AppendRune(out, first)
	}
	before := r.pos
	if bytes.HasPrefix(r.buf[r.pos:], []byte(`\u`)) {
		r.pos++
		if second, ok := r.unit(); ok {
			if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
				return utf8.AppendRune(out, pair)
			}
		}
	}
	r.pos = before // what follows is no second half: read it on its own
	return utf8.AppendRune(out, utf8.RuneError)
}

// unit reads the four digits of a \u escape; the position is at the u.
func (r *Reader) unit() (rune, bool) {
	if r.pos+5 > len(r.buf) {
		return 0, false
	}
	var v rune
	for _, c := range r.buf[r.pos+1 : r.pos+5] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	r.pos += 5
	return v, true
}
