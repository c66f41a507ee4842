package source

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the largest record of a file, such as a line, in bytes.
const MaxLine = 128 << 20

// maxKept keeps one huge record from pinning its memory.
const maxKept = 1 << 20

var errTooLong = fmt.Errorf("longer than %d MB; split it", MaxLine>>20)

// texts cuts a file into the texts of records.
type texts interface {
	// next returns the next text and the line on which it begins; it is valid until the next call. After errTooLong it goes on.
	next() ([]byte, int, error)
}

// lineReader cuts text into lines of bounded length.
type lineReader struct {
	in      *bufio.Reader
	longest int
	buf     []byte
	line    int
}

// next returns the next line that is not blank, without its end and the space around it.
func (r *lineReader) next() ([]byte, int, error) {
	for {
		r.line++
		text, err := r.read()
		if text = bytes.TrimSpace(text); err != nil || len(text) > 0 {
			return text, r.line, err
		}
	}
}

func (r *lineReader) read() ([]byte, error) {
	if cap(r.buf) > maxKept {
		r.buf = nil
	}
	r.buf = r.buf[:0]
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
			return nil, errTooLong
		case err != nil && len(r.buf) == 0:
			return nil, io.EOF
		}
		return r.buf, nil
	}
}
