package document

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

type rootKind uint8

const (
	oneFile rootKind = iota
	folder
	glob
)

// root is one of the paths given.
type root struct {
	kind  rootKind
	given string
	// base is the file, or the folder to walk.
	base string
	// pattern is a glob's, by segments.
	pattern []string
}

func newRoot(given string) (root, error) {
	r := root{given: given, base: filepath.Clean(given)}
	info, err := os.Stat(r.base)
	if err != nil && strings.ContainsAny(given, "*?[") {
		r.kind = glob
		r.pattern = segments(r.base)
		for _, s := range r.pattern {
			if _, bad := path.Match(s, ""); bad != nil {
				return r, fmt.Errorf("document: Paths: %s: %w", given, bad)
			}
		}
		plain := slices.IndexFunc(r.pattern, func(s string) bool { return strings.ContainsAny(s, "*?[") })
		r.base = filepath.Clean(filepath.FromSlash(strings.Join(r.pattern[:plain], "/") + "/"))
		if plain == 0 {
			r.base = "."
		}
		info, err = os.Stat(r.base)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, fmt.Errorf("document: Paths: %s: %w; check the path", given, fs.ErrNotExist)
	case err != nil:
		return r, fmt.Errorf("document: Paths: %w", err)
	case r.kind == glob && !info.IsDir():
		return r, fmt.Errorf("document: Paths: %s: %s is not a folder", given, r.base)
	case info.IsDir() && r.kind != glob:
		r.kind = folder
	}
	return r, nil
}

// reaches reports that the root's walk comes by the file, whatever it makes of it.
func (r *root) reaches(file string) bool {
	if r.kind == glob {
		return matchPath(r.pattern, segments(file), false)
	}
	rel, err := filepath.Rel(r.base, file)
	return r.kind == folder && err == nil && filepath.IsLocal(rel)
}

// walk goes through what is below a root. found is told of each file, or why there is none; it returns false to end the walk.
type walk struct {
	*Source
	root  root
	found func(file string, err error) bool
}

func (w *walk) run() bool {
	if w.root.kind == oneFile {
		return w.found(w.root.base, nil)
	}
	return w.folder(w.root.base)
}

// folder goes through a folder in the order of names. What could be listed of one that fails is gone through first.
func (w *walk) folder(dir string) bool {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !w.entry(filepath.Join(dir, e.Name()), e) {
			return false
		}
	}
	return err == nil || w.found(dir, err)
}

func (w *walk) entry(file string, e fs.DirEntry) bool {
	mode := e.Type()
	link := mode&fs.ModeSymlink != 0
	if link {
		info, err := os.Stat(file)
		if err != nil {
			return !w.wanted(file, false) || w.found(file, err)
		}
		mode = info.Mode()
	}
	if !w.wanted(file, mode.IsDir()) {
		return true
	}
	switch {
	case strings.HasPrefix(e.Name(), "."):
		return w.found(file, skipped("hidden; name it itself to have it read"))
	case mode.IsDir() && link:
		return w.found(file, skipped("a link to a folder, which is not followed; name it itself to have it read"))
	case mode.IsDir():
		return w.folder(file)
	case !mode.IsRegular():
		return w.found(file, skipped("not a regular file"))
	case !w.known(file):
		return w.found(file, skipped("of no known kind; name it itself to have it read as text"))
	}
	return w.found(file, nil)
}

// wanted reports that a file, or files in a folder, are among what was asked for.
func (w *walk) wanted(file string, isDir bool) bool {
	name := segments(file)
	if w.root.kind == glob && !matchPath(w.root.pattern, name, isDir) {
		return false
	}
	if matchAny(w.cfg.Exclude, name) {
		return false
	}
	return isDir || len(w.cfg.Include) == 0 || matchAny(w.cfg.Include, name)
}
