// Package source reads files of prompts: JSON lines and lists, tables, plain text, and the batch files of three vendors, of
// any size, one item at a time. Package bulk runs the items; use source alone to look at such a file or to change it.
// Documents, which have to be taken apart first, are not for this package.
//
// # Formats
//
// A source finds out its format by the file's extension and first bytes, and asks where they do not say; see [Format].
// Files may be compressed by gzip or zstd, begin with a byte order mark, and end their lines with CRLF. Everything is UTF-8.
//
// # Templates
//
// Config.Prompt and Config.System are templates of text/template over the fields of a row: {{.text}}, or
// {{index . "first name"}} where the name has other characters. The cells of a table are text; numbers of JSON can be
// compared, whole ones with whole ones; null is empty, and objects and lists print as JSON. A field that the row does not
// have is an error that lists those it has; {{index . "note"}} takes one that is missing for null. Besides the functions of
// text/template there are
//
//	json     a value as JSON                  {{json .labels}}
//	trim     without space around             {{trim .text}}
//	upper    in upper case                    {{upper .code}}
//	lower    in lower case                    {{.code | lower}}
//	default  another value for an empty one   {{.city | default "unknown"}}
package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// ErrEmpty is in the chain of the error of a source without items.
var ErrEmpty = errors.New("no items in it; give at least one")

// Source reads items. It is for one goroutine.
type Source struct {
	cfg       Config
	name      string
	in        io.Reader
	templates *templates
	closers   []func() error
	longest   int // in bytes, of a record

	records records
	seen    seen
	count   int
	form    Form  // of the last good item
	err     error // how it ended
}

// records cuts a file into items.
type records interface {
	// next makes the next item. An error ends the source: io.EOF, or one on the line of the draft.
	next(*draft) error
}

// Open checks the configuration, reporting all faults together, and opens the file. It reads nothing yet.
func Open(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg, name: cfg.Path, in: cfg.Reader, longest: MaxLine}
	switch cfg.Path {
	case "-":
		s.name = "standard input"
	case "":
		s.name = "input"
	}
	var faults request.Faults
	s.templates, faults = cfg.check()
	err := errors.Join(asError(faults), s.open())
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Source) open() error {
	switch {
	case s.in != nil || s.cfg.Path == "":
		return nil
	case s.cfg.Path == "-":
		s.in = os.Stdin
		return nil
	}
	file, err := os.Open(s.cfg.Path)
	if err != nil {
		return &LineError{File: s.name, Err: openProblem(err)}
	}
	s.in = file
	s.closers = append(s.closers, file.Close)
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return &LineError{File: s.name, Err: errors.New("a folder; name a file in it")}
	}
	return nil
}

// openProblem leaves out the path, which LineError names, and adds the remedy.
func openProblem(err error) error {
	remedy := "check the path"
	if errors.Is(err, fs.ErrPermission) {
		remedy = "let this user read it"
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return fmt.Errorf("%w; %s", err, remedy)
}

// Close closes the file that Open opened.
func (s *Source) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Items returns the items one at a time, as they are asked for; it blocks while the file does. What is no item comes as an
// Item with an Err, and the sequence goes on after it. An error that ends the source is a *LineError too and comes last, as
// the second value; so does that nothing was in it (ErrEmpty). A second range over the items goes on where the first was left.
func (s *Source) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var d draft
		for s.err == nil {
			d = draft{}
			if s.err = s.next(&d); s.err == nil && !yield(d.Item, nil) {
				return
			}
		}
		if !errors.Is(s.err, io.EOF) {
			yield(Item{}, s.err)
		}
	}
}

func (s *Source) next(d *draft) error {
	if s.records == nil {
		var err error
		if s.records, err = s.begin(); err != nil {
			return &LineError{File: s.name, Err: err}
		}
	}
	switch err := s.records.next(d); {
	case err == nil:
		s.finish(d)
		return nil
	case !errors.Is(err, io.EOF):
		return &LineError{File: s.name, Line: d.Line, Err: err}
	case s.count == 0:
		return &LineError{File: s.name, Err: ErrEmpty}
	}
	return io.EOF
}

// finish does what all formats share.
func (s *Source) finish(d *draft) {
	d.Index, d.File = s.count, s.name
	s.count++
	if d.Err == nil {
		d.Err = asError(s.complete(d))
	}
	switch {
	case d.Err == nil:
		s.form = d.Form
	case d.ID == "": // too broken to have a form of its own
		d.Form = max(d.Form, s.form)
	}
	if d.ID == "" {
		d.ID = fmt.Sprintf("line-%d", d.Line)
	}
	if !s.cfg.AllowDuplicates {
		s.checkID(d)
	}
	if d.Err != nil {
		d.Err = &LineError{File: s.name, Line: d.Line, Err: d.Err}
	}
}

func (s *Source) complete(d *draft) (faults request.Faults) {
	if nobodys := d.Request.Extra[""]; s.cfg.Provider == "" && len(nobodys) > 0 {
		for _, name := range slices.Sorted(maps.Keys(nobodys)) {
			faults = append(faults, request.Fault{Field: d.at + name, Problem: "is not known; remove it, or set Provider to whom it is for"})
		}
	}
	fill(&d.Request, &s.cfg.Defaults)
	return append(faults, prefixed(d.at, d.Request.Validate())...)
}
