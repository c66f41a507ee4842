package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
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
		if faults := s.templates.lacking([]string{"text"}); faults != nil {
			return nil, faults
		}
		return &textLines{in: lines, templates: s.templates}, nil
	}
	list := isList(head)
	o := &objects{in: failures{lines}, provider: s.cfg.Provider, templates: s.templates}
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

// saysMore finds the end of a line that is more than the opening of a list or an object.
var saysMore = regexp.MustCompile(`[^\s\x{feff}{\[:]\s*\n`)

// peek returns the first bytes, as few as tell something: a pipe may have no more to give until the first item is answered.
func peek(in *bufio.Reader) ([]byte, error) {
	for n := 1; ; n = in.Buffered() + 1 {
		head, err := in.Peek(min(n, headSize))
		if err != nil {
			return head, err
		}
		head, _ = in.Peek(min(in.Buffered(), headSize))
		if len(head) >= headSize || bytes.IndexByte(head, '\n') >= 0 && saysMore.Match(head) {
			return head, nil
		}
	}
}
