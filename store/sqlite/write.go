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

	newAccount, newEntry, newPage, clear, newOutcome, replaced, newCached, forget, forgetExpired *sql.Stmt

	prepared []*sql.Stmt // all of them

	begun begun // what is under way
	paged int   // how many calls and items the pages have, with those that have ended
}

func openWriter(ctx context.Context, path string, steps []string) (*writer, error) {
	db, err := sql.Open("sqlite", address(path, "_pragma=busy_timeout(5000)"))
	if err != nil {
		return nil, err
	}
	w := &writer{db: db}
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
	return w.prepare(ctx)
}

func (w *writer) prepare(ctx context.Context) (err error) {
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&w.newAccount, "insert or ignore into accounts values (?, ?, ?, ?, ?, ?)"},
		{&w.newEntry, "insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
		{&w.newPage, "insert into begun (seq, page) values (?, ?)"},
		{&w.clear, "delete from begun"},
		{&w.newOutcome, "insert into outcomes (item, class, at, body) values (?, ?, ?, ?)"},
		{&w.replaced, "delete from outcomes where seq = ? and item = ?"},
		{&w.newCached, "insert or replace into cache values (?, ?, ?)"},
		{&w.forget, "delete from cache where key = ?"},
		{&w.forgetExpired, "delete from cache where expires > 0 and expires <= ?"},
	} {
		if *s.to, err = w.conn.PrepareContext(ctx, s.sql); err != nil {
			return err
		}
		w.prepared = append(w.prepared, *s.to)
	}
	return nil
}

// close writes the log back into the file, which SQLite does when the last connection ends and none of its statements lives.
func (w *writer) close() error {
	var errs []error
	for _, s := range w.prepared {
		errs = append(errs, s.Close())
	}
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	return errors.Join(append(errs, w.db.Close())...)
}

// commit runs to its end without a context: a write that was interrupted would leave open what was written.
func (w *writer) commit(b *store.Batch) error {
	if err := w.run("begin immediate"); err != nil {
		return err
	}
	c := w.change()
	err := c.write(b)
	if err == nil {
		err = w.run("commit")
	}
	if err != nil {
		_ = w.run("rollback") // fails where SQLite has rolled back by itself
		return err
	}
	c.accept(b)
	return nil
}

func (w *writer) run(sql string) error {
	_, err := w.conn.ExecContext(context.Background(), sql)
	return err
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
