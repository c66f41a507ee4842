package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// MaxLine is the largest line of input, in bytes.
const MaxLine = 128 << 20

var errLineTooLong = fmt.Errorf("the line is longer than %d MB; split it", MaxLine>>20)

// Lines reads items from JSON lines, one at a time, as they are asked for. Blank lines are passed over. A line that is
// no item comes as an Item with an Err, a *LineError that names the file; the sequence goes on after it. An error of the
// reader itself ends the sequence and comes as its second value. Fields that the vocabulary has no name for are kept in
// the request's Extra for the given provider.
func Lines(r io.Reader, file, provider string) iter.Seq2[Item, error] {
	return lines(r, MaxLine, file, provider)
}

func lines(r io.Reader, longest int, file, provider string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		in := lineReader{in: bufio.NewReaderSize(r, 64<<10), longest: longest}
		form := Simple
		for {
			text, err := in.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil && !errors.Is(err, errLineTooLong) {
				yield(Item{}, fmt.Errorf("%s:%d: %w", file, in.line, err))
				return
			}
			if err == nil && len(text) == 0 {
				continue
			}
			item := Item{Err: err}
			if err == nil {
				item = parseItem(text, provider)
			}
			item.Line = in.line
			switch {
			case item.Err == nil:
				form = item.Form
			case item.ID == "": // too broken to have a form of its own
				item.Form = max(item.Form, form)
			}
			if item.Err != nil {
				item.Err = &LineError{File: file, Line: in.line, Err: item.Err}
			}
			if item.ID == "" {
				item.ID = fmt.Sprintf("line-%d", in.line)
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// lineReader cuts text into lines of bounded length.
type lineReader struct {
	in      *bufio.Reader
	longest int
	buf     []byte
	line    int
}

// next returns the next line without its end, surrounding space and byte order mark; it is valid until the next call.
func (r *lineReader) next() ([]byte, error) {
	r.buf = r.buf[:0]
	r.line++
	tooLong := false
	for {
		piece, err := r.in.ReadSlice('\n')
		if tooLong = tooLong || len(r.buf)+len(piece) > r.longest; !tooLong {
			r.buf = append(r.buf, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case tooLong:
			return nil, errLineTooLong
		case err != nil && len(r.buf) == 0:
			return nil, io.EOF
		}
		text := r.buf
		if r.line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		return bytes.TrimSpace(text), nil
	}
}
