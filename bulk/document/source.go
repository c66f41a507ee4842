package document

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Config says which documents to read, and within which bounds.
type Config struct {
	// Paths are files, folders and globs, in which ** stands for any number of folders. Required. A file named here is read
	// even if it is hidden, and as text if its kind is not known; folders are walked in the order of their names.
	Paths []string
	// Include, if given, are the globs of which a file in a folder must match one; Exclude are those that leave out files and
	// folders. A glob without a slash is held against the last name alone, one with a slash against the whole.
	Include []string
	Exclude []string
	// MaxBytes bounds a file and the text that is read from it; DefaultMaxBytes if 0, which also bounds what is unpacked from
	// a PDF or a Word file.
	MaxBytes int64
	// Timeout bounds the reading of a file; DefaultTimeout if 0.
	Timeout time.Duration
	// Loaders read further kinds of file, or known ones otherwise, by extension: ".rtf".
	Loaders map[string]NewLoader
}

// The default bounds of a file.
const (
	DefaultMaxBytes = 64 << 20
	DefaultTimeout  = time.Minute
)

// Source finds documents. It is safe for concurrent use.
type Source struct {
	cfg     Config
	roots   []root
	loaders map[string]NewLoader
}

// Open checks the configuration and that each path is there; it reads no document yet. All faults are reported together.
func Open(cfg Config) (*Source, error) {
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = DefaultMaxBytes
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	s := &Source{cfg: cfg, loaders: maps.Clone(builtin)}
	maps.Copy(s.loaders, cfg.Loaders)
	var faults []error
	if len(cfg.Paths) == 0 {
		faults = append(faults, errors.New("document: Paths: none; give files, folders or globs"))
	}
	for _, p := range cfg.Paths {
		r, err := newRoot(p)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		s.roots = append(s.roots, r)
	}
	faults = append(faults, checkGlobs("Include", cfg.Include), checkGlobs("Exclude", cfg.Exclude))
	if cfg.MaxBytes < 0 || cfg.Timeout < 0 {
		faults = append(faults, fmt.Errorf("document: MaxBytes of %d, Timeout of %s: must not be negative", cfg.MaxBytes, cfg.Timeout))
	}
	for ext := range cfg.Loaders {
		if ext != strings.ToLower(ext) || !strings.HasPrefix(ext, ".") {
			faults = append(faults, fmt.Errorf("document: Loaders: extension %q: must be in small letters and begin with a dot", ext))
		}
	}
	return s, errors.Join(faults...)
}

func checkGlobs(field string, globs []string) error {
	for _, g := range globs {
		if _, err := path.Match(g, ""); err != nil {
			return fmt.Errorf("document: %s: %q: %w", field, g, err)
		}
	}
	return nil
}

// Documents walks the paths and reads each document when the loop asks for it, one at a time. What can't be read is handed
// out with its Err, and so is a path under which there is nothing. The error of the loop is that of ctx.
func (s *Source) Documents(ctx context.Context) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for doc := range s.files {
			if ctx.Err() != nil {
				yield(Document{}, context.Cause(ctx))
				return
			}
			if doc.Err == nil {
				doc = s.read(ctx, doc)
			}
			if !yield(doc, nil) {
				return
			}
		}
	}
}

// Count walks the paths and tells how many documents there are, those left out aside. It reads none, so that some may turn out
// to be unreadable.
func (s *Source) Count() (n int) {
	for doc := range s.files {
		if !errors.Is(doc.Err, ErrSkipped) {
			n++
		}
	}
	return n
}

// files walks the paths, and hands out documents that are not read yet.
func (s *Source) files(yield func(Document) bool) {
	for i, r := range s.roots {
		found := 0
		w := walk{Source: s, root: r, found: func(file string, err error) bool {
			found++
			return s.covered(i, file) || yield(Document{Name: filepath.ToSlash(file), Path: file, Err: err})
		}}
		if !w.run() {
			return
		}
		if found == 0 && !yield(Document{Name: filepath.ToSlash(r.given), Path: r.given, Err: errNothing}) {
			return
		}
	}
}

var errNothing = errors.New("nothing there to read")

// covered reports that another path has the file. One that names it goes before one that only reaches it, else the first.
func (s *Source) covered(of int, file string) bool {
	named := s.roots[of].kind == oneFile
	for i, r := range s.roots {
		if r.kind == oneFile && r.base == file && (i < of || !named) || i < of && !named && r.reaches(file) {
			return true
		}
	}
	return false
}
