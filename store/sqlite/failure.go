package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/seed63918563/llmgate/store"
)

// remedies give the store's error for a result code of SQLite, and what to do about it.
var remedies = map[int]struct {
	kind   error
	remedy string
}{
	lib.SQLITE_FULL:     {store.ErrFull, "free some space and try again; nothing of this commit was written"},
	lib.SQLITE_READONLY: {store.ErrReadOnly, "make the file and its folder writable"},
	lib.SQLITE_BUSY:     {store.ErrInUse, "another program holds the file; close what has it open for writing"},
	lib.SQLITE_CORRUPT:  {store.ErrCorrupt, "restore the file from a copy, or move it away to begin anew"},
	lib.SQLITE_NOTADB:   {store.ErrCorrupt, "it is not an SQLite database; give another path"},
	lib.SQLITE_CANTOPEN: {errCannotOpen, "check that the folder exists and may be written to"},
}

var errCannotOpen = errors.New("can't be opened")

// failure names the file, what kind of failure it was, and the remedy.
func failure(path string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if r, ok := remedies[e.Code()&0xff]; ok { // the low byte is the code, the rest refines it
			return fmt.Errorf("%s: %w (%s): %w", path, r.kind, r.remedy, err)
		}
	}
	return fmt.Errorf("%s: %w", path, err)
}
