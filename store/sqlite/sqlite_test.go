package sqlite_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
	"github.com/seed63918563/llmgate/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openFile opens a file for writing and closes it with the test.
func openFile(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	storetest.Exercise(t, func(t *testing.T) store.Store { return openFile(t, filepath.Join(t.TempDir(), "x.db")) })
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name? #1 %41.db")
	storetest.Reopen(t, func(t *testing.T) store.Store { return openFile(t, path) })
}
