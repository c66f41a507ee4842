package sqlite

import (
	"context"
	"fmt"
)

// OpenWith opens a file with more steps of the schema than this version has, as a later version would.
func OpenWith(ctx context.Context, cfg Config, more ...string) (*Store, error) {
	return open(ctx, cfg, append(migrations[:len(migrations):len(migrations)], more...))
}

// LimitPages makes the file as if the disk had no room beyond so many pages, and returns how many it has.
func (s *Store) LimitPages(n int) (pages int, err error) {
	ctx := context.Background()
	if err := s.writer.conn.QueryRowContext(ctx, "pragma page_count").Scan(&pages); err != nil {
		return 0, err
	}
	_, err = s.writer.conn.ExecContext(ctx, fmt.Sprintf("pragma max_page_count = %d", n))
	return pages, err
}

// Durability gives SQLite's settings of the writing connection.
func (s *Store) Durability() (journal string, synchronous int, err error) {
	ctx := context.Background()
	if err := s.writer.conn.QueryRowContext(ctx, "pragma journal_mode").Scan(&journal); err != nil {
		return "", 0, err
	}
	err = s.writer.conn.QueryRowContext(ctx, "pragma synchronous").Scan(&synchronous)
	return journal, synchronous, err
}
