package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/store"
)

// writer is the one connection that writes, with its statements prepared, and what it remembers of the file.
type writer struct {
	db   *sql.DB
	conn *sql.Conn

	begin, end, undo                                                                 *statement
	newAccount, hasEntry, newPage, clear, replaced, newCached, forget, forgetExpired *statement

	entries, outcomes inserter

	prepared []*statement // all of them

	begun begun // what is under way
	paged int   // how many calls and items the pages have, with those that have ended
	made  change
}

func openWriter(ctx context.Context, path string, steps []string) (*writer, error) {
	// Pages of 8 KB, in a new file: with a thousand calls in flight a third fewer writes than with 4 KB.
	db, err := sql.Open("sqlite", address(path, "_pragma=busy_timeout(5000)&_pragma=page_size(8192)"))
	if err != nil {
		return nil, err
	}
	w := &writer{db: db}
	w.made = newChange(w)
	if err := w.open(ctx, steps); err != nil {
		_ = w.close()
		return nil, err
	}
	return w, nil
}

func (w *writer) open(ctx context.Context, steps []string) (err error) {
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return err
	}
	version, err := inspect(ctx, w.conn, len(steps))
	if err != nil {
		return err
	}
	var mode string
	if err := w.conn.QueryRowContext(ctx, "pragma journal_mode = wal").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system has no write-ahead log (SQLite offers %q); use a local disk", mode)
	}
	// Where the file may not be written to, SQLite opens it for reading and says so only at the first write.
	try := fmt.Sprintf("pragma synchronous = full; begin immediate; pragma user_version = %d; rollback", version)
	if _, err := w.conn.ExecContext(ctx, try); err != nil {
		return err
	}
	if err := migrate(ctx, w.conn, version, steps); err != nil {
		return err
	}
	if w.begun, err = readBegun(ctx, w.conn); err != nil {
		return err
	}
	w.paged = w.begun.len()
	return w.conn.Raw(func(conn any) error { return w.prepare(ctx, conn) })
}

func (w *writer) prepare(ctx context.Context, conn any) (err error) {
	w.entries.columns, w.outcomes.columns = 13, 4
	const outcomes = "outcomes (item, class, at, body)"
	for _, s := range []struct {
		to  **statement
		sql string
	}{
		{&w.begin, "begin immediate"}, {&w.end, "commit"}, {&w.undo, "rollback"},
		{&w.newAccount, "insert or ignore into accounts values (?, ?, ?, ?, ?, ?)"},
		{&w.entries.one, insertion("entries", w.entries.columns, 1)},
		{&w.entries.many, insertion("entries", w.entries.columns, atOnce)},
		{&w.hasEntry, "select 1 from entries where id = ?"},
		{&w.newPage, "insert into begun (seq, page) values (?, ?)"},
		{&w.clear, "delete from begun"},
		{&w.outcomes.one, insertion(outcomes, w.outcomes.columns, 1)},
		{&w.outcomes.many, insertion(outcomes, w.outcomes.columns, atOnce)},
		{&w.replaced, "delete from outcomes where seq = ? and item = ?"},
		{&w.newCached, "insert or replace into cache values (?, ?, ?)"},
		{&w.forget, "delete from cache where key = ?"},
		{&w.forgetExpired, "delete from cache where expires > 0 and expires <= ?"},
	} {
		if *s.to, err = prepare(ctx, conn, s.sql); err != nil {
			return err
		}
		w.prepared = append(w.prepared, *s.to)
	}
	return nil
}

// close writes the log back into the file, which SQLite does when the last connection ends and none of its statements lives.
func (w *writer) close() error {
	var errs []error
	if w.conn != nil {
		errs = append(errs, w.conn.Raw(func(any) error {
			for _, s := range w.prepared {
				errs = append(errs, s.Close())
			}
			return nil
		}), w.conn.Close())
	}
	return errors.Join(append(errs, w.db.Close())...)
}

// commit runs to its end without a context: a write that was interrupted would leave open what was written.
func (w *writer) commit(b *store.Batch) error {
	return w.conn.Raw(func(any) error {
		if _, err := w.begin.insert(); err != nil {
			return err
		}
		c := w.change()
		err := c.write(b)
		if err == nil {
			_, err = w.end.insert()
		}
		if err != nil {
			_, _ = w.undo.insert() // fails where SQLite has rolled back by itself
			return err
		}
		c.accept(b)
		return nil
	})
}

// labelText writes labels as a JSON object, so that SQL can look into it.
func labelText(labels map[string]string) string {
	if len(labels) == 0 {
		return "{}"
	}
	text, err := json.Marshal(labels)
	if err != nil {
		panic(err) // strings are always JSON
	}
	return string(text)
}
