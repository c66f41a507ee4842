package document

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// anyDepth is the segment of a glob that stands for any number of folders, none included.
const anyDepth = "**"

// segments splits a path. Repeated ** are one: they would only multiply the ways to match.
func segments(p string) []string {
	list := strings.Split(filepath.ToSlash(filepath.Clean(p)), "/")
	return slices.CompactFunc(list, func(a, b string) bool { return a == anyDepth && b == anyDepth })
}

// matchPath holds a path against a glob. As a folder, it is enough that something below it could match.
func matchPath(glob, name []string, isDir bool) bool {
	switch {
	case len(name) == 0 && isDir:
		return len(glob) > 0
	case len(name) == 0:
		return len(glob) == 0 || len(glob) == 1 && glob[0] == anyDepth
	case len(glob) == 0:
		return false
	case glob[0] == anyDepth:
		return matchPath(glob[1:], name, isDir) || matchPath(glob, name[1:], isDir)
	}
	ok, _ := path.Match(glob[0], name[0]) // globs were checked by Open
	return ok && matchPath(glob[1:], name[1:], isDir)
}

// matchAny holds a name against globs: against its last segment where a glob has no slash.
func matchAny(globs []string, name []string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		if !strings.Contains(filepath.ToSlash(g), "/") {
			return matchPath([]string{g}, name[len(name)-1:], false)
		}
		return matchPath(segments(g), name, false)
	})
}
