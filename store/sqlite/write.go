package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/store"
)

// writer is the one connection that writes, with its statements prepared.
type writer struct {
	db   *sql.DB
	conn *sql.Conn

	account, hold, end, intent, outcome, replaced, met, forget, forgetExpired, cache *sql.Stmt

	prepared []*sql.Stmt // all of them
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
	return w.prepare(ctx)
}

func (w *writer) prepare(ctx context.Context) (err error) {
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&w.account, "insert or ignore into accounts values (?, ?, ?, ?, ?, ?)"},
		{&w.hold, "insert or ignore into entries (id, account, item, state, amount, priced, at) values (?, ?, ?, 'held', ?, ?, ?)"},
		{&w.end, "update entries set state = ?, cost = ?, priced = ?, input_tokens = ?, cache_read_tokens = ?, " +
			"cache_write_tokens = ?, output_tokens = ?, ended = ? where id = ? and state = 'held'"},
		{&w.intent, "insert or replace into intents values (?, ?, ?)"},
		{&w.outcome, "insert into outcomes (item, class, at, body) values (?, ?, ?, ?)"},
		{&w.replaced, "delete from outcomes where seq = ? and item = ?"},
		{&w.met, "delete from intents where item = ?"},
		{&w.forget, "delete from cache where key = ?"},
		{&w.forgetExpired, "delete from cache where expires > 0 and expires <= ?"},
		{&w.cache, "insert or replace into cache values (?, ?, ?)"},
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
	seqs, err := w.write(b)
	if err == nil {
		err = w.run("commit")
	}
	if err != nil {
		_ = w.run("rollback") // fails where SQLite has rolled back by itself
		return err
	}
	for i, seq := range seqs {
		if place := b.Outcomes[i].Place; place != nil {
			*place = seq
		}
	}
	return nil
}

func (w *writer) run(sql string) error {
	_, err := w.conn.ExecContext(context.Background(), sql)
	return err
}

// write executes the statements of a batch until one fails, and gives the places of its outcomes.
func (w *writer) write(b *store.Batch) (seqs []int64, err error) {
	do := func(s *sql.Stmt, args ...any) (last int64) {
		if err == nil {
			var done sql.Result
			if done, err = s.ExecContext(context.Background(), args...); err == nil {
				last, _ = done.LastInsertId() // SQLite always has one
			}
		}
		return last
	}
	for i := range b.Accounts {
		a := &b.Accounts[i]
		do(w.account, a.ID, a.Tenant, a.Project, a.Provider, a.Model, labelText(a.Labels))
	}
	for i := range b.Holds {
		h := &b.Holds[i]
		do(w.hold, h.ID, h.Account, h.Item, int64(h.Amount), h.Priced, nanos(h.At))
	}
	for i := range b.Ends {
		e := &b.Ends[i]
		u := &e.Usage
		do(w.end, string(e.Fate), int64(u.Cost), u.Priced, u.InputTokens, u.CacheReadTokens,
			u.CacheWrite5mTokens+u.CacheWrite1hTokens, u.OutputTokens, nanos(e.At), e.Hold)
	}
	seqs = w.record(&b.Record, do)
	return seqs, err
}

func (w *writer) record(r *store.Record, do func(*sql.Stmt, ...any) int64) (seqs []int64) {
	for i := range r.Intents {
		n := &r.Intents[i]
		do(w.intent, n.Item, nanos(n.At), n.Body)
	}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		// The new one comes first, so that the greatest place is never given twice.
		seqs = append(seqs, do(w.outcome, o.Item, string(o.Class), nanos(o.At), o.Body))
		if o.Place != nil && *o.Place != 0 {
			do(w.replaced, *o.Place, o.Item)
		}
		do(w.met, o.Item)
	}
	for _, item := range r.Withdrawn {
		do(w.met, item)
	}
	for _, key := range r.Forget {
		do(w.forget, key)
	}
	if !r.ForgetExpired.IsZero() {
		do(w.forgetExpired, nanos(r.ForgetExpired))
	}
	for i := range r.Cache {
		e := &r.Cache[i]
		do(w.cache, e.Key, e.Value, nanos(e.Expires))
	}
	return seqs
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
