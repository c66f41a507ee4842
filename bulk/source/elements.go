package source

import (
	"bufio"
	"errors"
	"io"
)

var (
	errListCut   = errors.New("the list is not closed; the file seems to be cut")
	errAfterList = errors.New("text after the list; let the file end there")
)

// elementReader cuts a JSON list into its elements without holding it. It only looks for their ends: whether an element is
// JSON is for its parser to say, and one that is not spoils no other.
type elementReader struct {
	in      *bufio.Reader
	longest int
	buf     []byte
	line    int // of the last byte read
	inside  bool
	wrapped bool // in an object, which is to be closed after the list
}

func (r *elementReader) next() ([]byte, int, error) {
	for !r.inside { // up to the bracket, which the first bytes have shown
		c, err := r.byte()
		if err != nil {
			return nil, r.line, err
		}
		r.wrapped = r.wrapped || c == '{'
		r.inside = c == '['
	}
	c, err := r.skip(true)
	switch {
	case err != nil:
		return nil, r.line, err
	case c == ']':
		return nil, r.line, r.end()
	}
	_ = r.in.UnreadByte() // a byte has just been read
	line := r.line
	text, err := r.element()
	return text, line, err
}

// element reads up to the comma or bracket behind an element.
func (r *elementReader) element() ([]byte, error) {
	if cap(r.buf) > maxKept {
		r.buf = nil
	}
	r.buf = r.buf[:0]
	depth, quoted, escaped := 0, false, false
	for size := 0; ; size++ {
		c, err := r.byte()
		if err != nil {
			return nil, err
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted, escaped = c != '"', c == '\\'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case depth == 0 && (c == ',' || c == ']'):
			_ = r.in.UnreadByte()
			if size > r.longest {
				return nil, errTooLong
			}
			return r.buf, nil
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		}
		if size < r.longest {
			r.buf = append(r.buf, c)
		}
	}
}

// end demands that nothing follows the list but the end of its object.
func (r *elementReader) end() error {
	if r.wrapped {
		if c, err := r.skip(false); err != nil {
			return err
		} else if c != '}' {
			return errAfterList
		}
	}
	switch _, err := r.skip(false); {
	case err == nil:
		return errAfterList
	case !errors.Is(err, errListCut):
		return err
	}
	return io.EOF
}

// skip returns the next byte that is not space, or not a comma either.
func (r *elementReader) skip(commas bool) (byte, error) {
	for {
		c, err := r.byte()
		switch {
		case err != nil:
			return 0, err
		case c == ' ', c == '\t', c == '\r', c == '\n', c == ',' && commas:
			continue
		}
		return c, nil
	}
}

func (r *elementReader) byte() (byte, error) {
	c, err := r.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, errListCut
	}
	if c == '\n' {
		r.line++
	}
	return c, err
}
