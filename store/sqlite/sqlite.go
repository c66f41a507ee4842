// Package sqlite is a store in one file, for programs that must not forget what they paid and what they got for it. What is
// committed survives the end of the process and the loss of power (write-ahead log, synchronous = FULL). It needs no cgo.
//
// One program at a time may write; a second one is refused and told who has the file. Any number may read, with ReadOnly or
// with plain SQL:
//
//	sqlite3 results.db "select model, sum(cost) from calls group by model"
//
// The tables are described in schema.go, which is also what makes them. Beside the file stand "-wal" and "-shm" while it is
// open, and "-lock", which may stay. Network file systems often lack the locks and the durability that it depends on.
//
// Programs that need no memory beyond the process do without: importing this package makes a program some megabytes larger.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/seed63918563/llmgate/store"
)

// Config says which file.
type Config struct {
	// Path of the file, which is made if it does not exist. Its folder must exist.
	Path string
	// ReadOnly opens an existing file for reading, while another program may write to it. Commit is refused.
	ReadOnly bool
}

// Store is an open file. It is safe for concurrent use.
type Store struct {
	path     string
	readOnly bool
	lock     *lock
	turn     chan struct{} // holds one element while somebody commits or closes
	writer   *writer
	readers  *sql.DB
	closed   atomic.Bool
}

var _ store.Store = (*Store)(nil)

// Open opens or makes the file. It blocks for as long as the disk takes, longest after a crash with much in the log. Its
// errors name the file and the remedy: ErrInUse where another writes to it, ErrNewer, ErrCorrupt, ErrReadOnly.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	return open(ctx, cfg, migrations)
}

func open(ctx context.Context, cfg Config, steps []string) (*Store, error) {
	path, err := resolve(cfg.Path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, readOnly: cfg.ReadOnly, turn: make(chan struct{}, 1)}
	if cfg.ReadOnly {
		err = s.openReaders(ctx, len(steps))
	} else {
		err = s.openAll(ctx, steps)
	}
	if err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("store/sqlite: %w", err)
	}
	return s, nil
}

// resolve follows links, so that two names of one file have one lock.
func resolve(path string) (string, error) {
	if path == "" {
		return "", errors.New("store/sqlite: no path given; set Path to the file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store/sqlite: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target, nil
	}
	return path, nil // it is yet to be made
}

// address is a file's name as SQLite takes it with options.
func address(path, options string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options + "&_error_rc=1"}
	return u.String()
}

func (s *Store) openAll(ctx context.Context, steps []string) (err error) {
	if s.lock, err = acquire(ctx, s.path); err != nil {
		return err
	}
	if s.writer, err = openWriter(ctx, s.path, steps); err != nil {
		return failure(s.path, err)
	}
	return s.openReaders(ctx, len(steps))
}

// openReaders opens the pool that all reads go through. It grows as loops are nested in loops.
func (s *Store) openReaders(ctx context.Context, latest int) (err error) {
	if s.readers, err = sql.Open("sqlite", address(s.path, "mode=ro&_pragma=busy_timeout(5000)")); err != nil {
		return err
	}
	conn, err := s.readers.Conn(ctx)
	if err != nil {
		return failure(s.path, err)
	}
	defer conn.Close()
	version, err := inspect(ctx, conn, latest)
	if err == nil && version < latest {
		err = fmt.Errorf("its schema has version %d, not %d; open it once for writing", version, latest)
	}
	return failure(s.path, err)
}

// Commit implements store.Store. Commits are made one after the other.
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	if s.readOnly {
		return s.failure(fmt.Errorf("%w: it was opened with ReadOnly", store.ErrReadOnly))
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer func() { <-s.turn }()
	if b.IsZero() {
		return nil
	}
	return s.failure(s.writer.commit(b))
}

// begin waits for the turn to write.
func (s *Store) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.closed.Load() {
		<-s.turn
		return store.ErrClosed
	}
	return nil
}

func (s *Store) failure(err error) error {
	if err == nil || errors.Is(err, store.ErrNotFound) {
		return err
	}
	if s.closed.Load() {
		return store.ErrClosed
	}
	return failure(s.path, err)
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.closed.Swap(true) {
		return nil
	}
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.lock != nil {
		s.lock.release() // last, so that the next writer finds the log written back
	}
	if err := errors.Join(errs...); err != nil {
		return failure(s.path, err)
	}
	return nil
}

// nanos is a time as the tables have it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
