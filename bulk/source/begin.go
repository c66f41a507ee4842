package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// headSize is how many bytes are looked at to tell what a file is; fewer where the first line ends before.
const headSize = 4096

var byteOrderMark = []byte("\ufeff")

// begin looks at the first bytes and chooses how to read on.
func (s *Source) begin() (records, error) {
	in := bufio.NewReaderSize(&sticky{in: s.in}, 64<<10)
	in, err := s.decompress(in)
	if err != nil {
		return nil, err
	}
	head, err := peek(in)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, err
	}
	if problem := unreadable(head); problem != "" {
		return nil, errors.New(problem)
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		_, _ = in.Discard(len(byteOrderMark)) // they are in the buffer
		head = head[len(byteOrderMark):]
	}
	head = bytes.TrimSpace(head)
	format := s.cfg.Format
	if format == "" {
		if format, err = detect(s.cfg.Path, head); err != nil {
			return nil, err
		}
	}
	return s.recordsOf(format, in, head)
}

func (s *Source) recordsOf(format Format, in *bufio.Reader, head []byte) (records, error) {
	lines := &lineReader{in: in, longest: s.longest}
	switch format {
	case FormatCSV:
		return newTable(in, ',', s.templates, s.longest), nil
	case FormatTSV:
		return newTable(in, '\t', s.templates, s.longest), nil
	case FormatText:
		return &textLines{in: lines, templates: s.templates}, nil
	}
	list := isList(head)
	o := &objects{in: lines, provider: s.cfg.Provider, templates: s.templates}
	switch {
	case format == FormatJSON && !list && len(head) > 0:
		return nil, errors.New("no list of JSON objects; use jsonl for one object on each line")
	case list && format != FormatJSONL:
		o.in = &elementReader{in: in, longest: s.longest, line: 1}
	}
	if s.cfg.Prompt != "" {
		o.parse = s.templates.parseRow
	} else {
		o.parse = parsers[format] // none for the two whose objects tell what they are
	}
	return o, nil
}

// decompress looks for the magic numbers of the two compressions that are read.
func (s *Source) decompress(in *bufio.Reader) (*bufio.Reader, error) {
	head, _ := peek(in)
	var out io.Reader
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, cutProblem("gzip", err)
		}
		s.closers = append(s.closers, unzipped.Close)
		out = unzipped
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		// One at a time, it decodes in the reader's own goroutine.
		unzipped, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxLine))
		if err != nil {
			return nil, cutProblem("zstd", err)
		}
		s.closers = append(s.closers, func() error { unzipped.Close(); return nil })
		out = unzipped
	default:
		return in, nil
	}
	name := "gzip"
	if head[0] == '\x28' {
		name = "zstd"
	}
	return bufio.NewReaderSize(&sticky{in: out, name: name}, 64<<10), nil
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

// peek returns the first bytes, as few as tell something: a pipe may have no more to give until the first item is answered.
func peek(in *bufio.Reader) ([]byte, error) {
	for n := 1; ; n = in.Buffered() + 1 {
		head, err := in.Peek(min(n, headSize))
		if err != nil {
			return head, err
		}
		head, _ = in.Peek(min(in.Buffered(), headSize))
		said := bytes.TrimLeft(head, "\ufeff \t\r\n{[")
		if len(head) >= headSize || bytes.IndexByte(said, '\n') >= 0 {
			return head, nil
		}
	}
}

// signatures are the beginnings of files that are taken for prompts by mistake.
var signatures = []struct{ begin, is string }{
	{"%PDF-", "a PDF document"},
	{"PK\x03\x04", "a ZIP archive, such as an Office document"},
	{"\xd0\xcf\x11\xe0", "an old Office document"},
	{"\x89PNG", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"PAR1", "a Parquet file"},
	{"ARROW1", "an Arrow file"},
	{"SQLite format 3", "an SQLite database"},
	{"\x7fELF", "a program"},
	{"\xfd7zXZ", "xz data; decompress it first"},
	{"7z\xbc\xaf", "a 7z archive; unpack it first"},
	{"\x04\x22\x4d\x18", "lz4 data; decompress it first"},
	{"\x1f\x8b", "gzip data compressed once more; decompress it first"},
	{"\x28\xb5\x2f\xfd", "zstd data compressed once more; decompress it first"},
}

// unreadable says what a file looks like that is not text.
func unreadable(head []byte) string {
	const unicode = "looks like UTF-16; convert it, such as with iconv -f UTF-16 -t UTF-8"
	begins := func(s string) bool { return strings.HasPrefix(string(head[:min(len(head), 16)]), s) }
	switch {
	case begins("\xff\xfe"), begins("\xfe\xff"):
		return unicode
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0,
		len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return unicode
	}
	for _, s := range signatures {
		if begins(s.begin) {
			return "not text; it looks like " + s.is
		}
	}
	if begins("BZh") && len(head) > 10 && string(head[4:10]) == "1AY&SY" {
		return "not text; it looks like bzip2 data; decompress it first"
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "not text; it looks like binary data, for there is a zero byte in it"
	}
	return ""
}
