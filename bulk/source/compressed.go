package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// decompress looks for the magic numbers of the two compressions that are read.
func (s *Source) decompress(in *bufio.Reader) (*bufio.Reader, error) {
	var (
		name string
		out  io.Reader
		err  error
	)
	switch head, _ := peek(in); {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		name = "gzip"
		out, err = gzip.NewReader(in) // which holds nothing that were to be closed
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		name = "zstd"
		out, err = s.openZstd(in)
	default:
		return in, nil
	}
	if err != nil {
		return nil, cutProblem(name, err)
	}
	return bufio.NewReaderSize(&sticky{in: out, name: name}, 64<<10), nil
}

// openZstd decodes in the reader's own goroutine: more than one at a time would start some.
func (s *Source) openZstd(in io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxLine))
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, d.IOReadCloser().Close)
	return d, nil
}

func cutProblem(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the %s data ends early; the lines before are read, get the whole file for the rest: %w", name, err)
	}
	return fmt.Errorf("the %s data is damaged; the lines before are read, get the file anew for the rest: %w", name, err)
}

// sticky repeats an error: a bufio.Reader forgets what it met while peeking, and a terminal goes on after its end. Where it has
// the name of a compression, it explains the error.
type sticky struct {
	in   io.Reader
	name string
	err  error
}

func (r *sticky) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	if r.err = err; err != nil && r.name != "" && !errors.Is(err, io.EOF) {
		r.err = cutProblem(r.name, err)
	}
	return n, r.err
}
