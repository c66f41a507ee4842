package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// calls makes a batch of settled calls of one model, each at a cost, with ids from a first one on.
func calls(account, first int64, model string, costs ...request.Money) *store.Batch {
	b := &store.Batch{Accounts: []store.Account{{ID: account, Tenant: "acme", Model: model, Labels: map[string]string{"team": "red"}}}}
	for i, cost := range costs {
		id := first + int64(i)
		b.Holds = append(b.Holds, store.Hold{ID: id, Account: account, Amount: 2 * cost, Priced: true, At: noon})
		end := store.End{Hold: id, Fate: store.Settled, At: noon}
		end.Usage.SetCost(cost)
		b.Ends = append(b.Ends, end)
	}
	return b
}

func commit(t testing.TB, s store.Store, b *store.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func spent(t testing.TB, s store.Store) (total request.Money) {
	t.Helper()
	sums, err := s.Sums(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, sum := range sums {
		total += sum.Spent
	}
	return total
}

func TestDurability(t *testing.T) {
	journal, synchronous, err := openFile(t, filepath.Join(t.TempDir(), "x.db")).Durability()
	if err != nil || journal != "wal" || synchronous != 2 {
		t.Errorf("journal %s, synchronous %d (2 is FULL), %v", journal, synchronous, err)
	}
}

// A person with any SQLite program reads the tables, while the store is open.
func TestPlainSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := openFile(t, path)
	commit(t, s, calls(1, 1, "small", 1*request.Cent, 2*request.Cent))
	commit(t, s, calls(2, 10, "large", 3*request.Dollar))
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]string{
		"select model, sum(cost) from calls group by model order by model":            "large 3 small 0.03",
		"select model, sum(cost_exact) from calls where tenant = 'acme' group by 1":   "large 3000000000 small 30000000",
		"select labels ->> 'team', count(*) from calls group by 1":                    "red 3",
		"select at, state from calls limit 1":                                         "2026-03-01 12:00:00 settled",
		"select account, sum(amount) from entries where state = 'settled' group by 1": "1 60000000 2 6000000000",
	} {
		if got := pairs(t, db, query); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}

// pairs gives the rows of a query of two columns, in one line.
func pairs(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var words []string
	for rows.Next() {
		var a, b any
		if err := rows.Scan(&a, &b); err != nil {
			t.Fatal(err)
		}
		words = append(words, fmt.Sprint(a), fmt.Sprint(b))
	}
	return strings.Join(words, " ")
}

func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := openFile(t, path)
	commit(t, s, calls(1, 1, "m", 5, 6))
	if _, err := s.LimitPages(1); err != nil { // SQLite takes what the file has for the least
		t.Fatal(err)
	}
	b := calls(1, 100, "m", 7)
	place := int64(0)
	b.Outcomes = []store.Outcome{{Item: "big", Body: make([]byte, 1<<20), Place: &place}}
	err := s.Commit(t.Context(), b)
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "free some space") {
		t.Fatalf("a commit beyond the end of the disk: %v; want ErrFull, the file and the remedy", err)
	}
	if _, err := s.Outcome(t.Context(), 1); !errors.Is(err, store.ErrNotFound) || spent(t, s) != 11 || place != 0 {
		t.Errorf("after a commit that failed: outcome %v, spent %v; want all as before", err, spent(t, s))
	}
	if _, err := s.LimitPages(1 << 20); err != nil {
		t.Fatal(err)
	}
	commit(t, s, b)
	s.Close()
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close there is a log beside the file: %v", err)
	}
	if got := spent(t, openFile(t, path)); got != 18 {
		t.Errorf("after there was room again and a new start: %v; want 18", got)
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	writer := openFile(t, path)
	commit(t, writer, calls(1, 1, "m", 5))
	reader, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got := spent(t, reader); got != 5 {
		t.Errorf("beside the writer: %v; want 5", got)
	}
	if err := reader.Commit(t.Context(), calls(1, 2, "m", 5)); !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
		t.Errorf("Commit: %v; want ErrReadOnly and the file", err)
	}
	commit(t, writer, calls(1, 2, "m", 6))
	if got := spent(t, reader); got != 11 {
		t.Errorf("after another commit: %v; want 11", got)
	}
}

// A file without the right to write fails at once, where the system holds the user to it; an administrator may write all.
func TestNoRightToWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	openFile(t, path).Close()
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	file, denied := os.OpenFile(path, os.O_RDWR, 0)
	if denied == nil {
		file.Close()
	}
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	if (denied != nil) != errors.Is(err, store.ErrReadOnly) {
		t.Errorf("the system said %v, Open %v", denied, err)
	}
	if err == nil {
		s.Close()
	}
}

func TestSecondWriter(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "x.db")
	first := openFile(t, path)
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := sqlite.Open(t.Context(), sqlite.Config{Path: name})
		host, _ := os.Hostname()
		if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d (", os.Getpid())) || !strings.Contains(err.Error(), host) {
			t.Fatalf("a second writer: %v; want ErrInUse, the process and the host", err)
		}
	}
	commit(t, first, calls(1, 1, "m", 5))
	first.Close()
	if got := spent(t, openFile(t, link)); got != 5 {
		t.Errorf("after the first had closed: %v; want 5", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	text, foreign, torn, newer := filepath.Join(folder, "text"), filepath.Join(folder, "foreign"), filepath.Join(folder, "torn"), filepath.Join(folder, "newer")
	old := filepath.Join(folder, "old")
	write(t, text, []byte(strings.Repeat("not a database\n", 1000)))
	foreignDB(t, foreign, "create table mine (x)")
	foreignDB(t, old, "create table outcomes (x); pragma application_id = 0x6c6c6d67; pragma user_version = 2")
	before, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	openFile(t, torn).Close()
	whole, err := os.ReadFile(torn)
	if err != nil {
		t.Fatal(err)
	}
	write(t, torn, append(whole[:100:100], make([]byte, len(whole)-100)...))
	later, err := sqlite.OpenWith(t.Context(), sqlite.Config{Path: newer}, "create table later (x)")
	if err != nil {
		t.Fatal(err)
	}
	later.Close()
	for _, test := range []struct {
		name, path string
		kind       error
		says       string
	}{
		{"no path", "", nil, "set Path"},
		{"no folder", filepath.Join(folder, "none", "x.db"), nil, "folder"},
		{"a folder", folder, nil, folder},
		{"text", text, store.ErrCorrupt, "another path"},
		{"another program's", foreign, store.ErrCorrupt, "another program"},
		{"from before the release", old, store.ErrCorrupt, "not read any more"},
		{"torn", torn, store.ErrCorrupt, "restore"},
		{"newer", newer, store.ErrNewer, "version 2, this llmgate knows 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := sqlite.Open(t.Context(), sqlite.Config{Path: test.path})
			if err == nil {
				s.Close()
				t.Fatal("was opened")
			}
			if test.kind != nil && !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("%v; want %v, the file and %q", err, test.kind, test.says)
			}
		})
	}
	after, err := os.ReadFile(foreign)
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("another program's database was changed: %v", err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func foreignDB(t *testing.T, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
}

func TestMigration(t *testing.T) {
	cfg := sqlite.Config{Path: filepath.Join(t.TempDir(), "x.db")}
	old := openFile(t, cfg.Path)
	commit(t, old, calls(1, 1, "m", 5))
	old.Close()
	broken := []string{"create table later (x)", "alter table none add column x"}
	if _, err := sqlite.OpenWith(t.Context(), cfg, broken...); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Fatalf("a step that fails: %v; want its version", err)
	}
	for range 2 {
		s, err := sqlite.OpenWith(t.Context(), cfg, broken[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := spent(t, s); got != 5 {
			t.Errorf("after the migration: %v; want 5", got)
		}
		s.Close()
	}
}
