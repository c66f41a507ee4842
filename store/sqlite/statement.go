package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// statement is a prepared statement of the writing connection, used below database/sql: what that does beside takes more memory
// for a row than the row itself. Its methods may be called within the connection's Raw alone.
type statement struct {
	driver.Stmt
	args []driver.NamedValue
}

func prepare(ctx context.Context, conn any, query string) (*statement, error) {
	s, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &statement{Stmt: s}, nil
}

func (s *statement) bind(values []driver.Value) {
	s.args = s.args[:0]
	for i, v := range values {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
}

// insert executes the statement, and gives the row that it inserted last, if it did.
func (s *statement) insert(values ...driver.Value) (row int64, err error) {
	s.bind(values)
	done, err := s.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
	clear(s.args)
	if err != nil {
		return 0, err
	}
	return done.LastInsertId()
}

// finds reports that the query has a row.
func (s *statement) finds(values ...driver.Value) (bool, error) {
	s.bind(values)
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	if err != nil {
		return false, err
	}
	err = rows.Next(make([]driver.Value, len(rows.Columns())))
	if closeErr := rows.Close(); err == nil {
		err = closeErr
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}
