package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/seed63918563/llmgate/store"
)

// lock is the right to write to a file, held by one Store on the machine. It is an open write transaction on a small
// database beside the file, because the operating system ends that with the process, however it dies, because it works the
// same on every system, and because others can read there who the holder is. The small database stays when the lock is
// given up: removing it would let two programs each lock a file of their own.
type lock struct {
	db   *sql.DB
	conn *sql.Conn
}

const lockSchema = `
	create table if not exists holder (one integer primary key check (one = 1), pid integer, host text, program text, since text) strict;
	insert or replace into holder values (1, ?, ?, ?, ?)`

func acquire(ctx context.Context, path string) (*lock, error) {
	db, err := sql.Open("sqlite", address(path+"-lock", "_pragma=busy_timeout(200)&_pragma=synchronous(off)"))
	if err != nil {
		return nil, err
	}
	l := &lock{db: db}
	if err := l.take(ctx); err != nil {
		who := l.holder(ctx)
		l.release()
		if busy(err) {
			err = fmt.Errorf("%s: %w: %s; wait for it to end, or give another path", path, store.ErrInUse, who)
		} else {
			err = failure(path+"-lock", err)
		}
		return nil, err
	}
	return l, nil
}

// take writes down who we are and then begins the transaction that is the lock. Between the two another may be quicker: it
// then has the lock and its own name there.
func (l *lock) take(ctx context.Context) (err error) {
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return err
	}
	if _, err = l.conn.ExecContext(ctx, "begin immediate"); err != nil {
		return err
	}
	host, _ := os.Hostname()
	name := filepath.Base(os.Args[0])
	if _, err = l.conn.ExecContext(ctx, lockSchema, os.Getpid(), host, name, time.Now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	_, err = l.conn.ExecContext(ctx, "commit; begin immediate")
	return err
}

// holder describes who has the lock.
func (l *lock) holder(ctx context.Context) string {
	var pid int
	var host, program, since string
	err := l.db.QueryRowContext(ctx, "select pid, host, program, since from holder").Scan(&pid, &host, &program, &since)
	if err != nil {
		return "another process writes to it"
	}
	return fmt.Sprintf("process %d (%s) on %s writes to it since %s", pid, program, host, since)
}

func (l *lock) release() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
	_ = l.db.Close()
}

func busy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == lib.SQLITE_BUSY
}
