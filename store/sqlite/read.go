package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Restore implements store.Store.
func (s *Store) Restore(ctx context.Context) (*store.State, error) {
	state := new(store.State)
	for a, err := range rows(ctx, s, scanAccount, "select id, tenant, project, provider, model, labels from accounts order by id") {
		if err != nil {
			return nil, err
		}
		state.Accounts = append(state.Accounts, a)
	}
	for h, err := range rows(ctx, s, scanHold, "select id, account, item, amount, priced, at from entries where state = 'held' order by id") {
		if err != nil {
			return nil, err
		}
		state.Held = append(state.Held, h)
	}
	err := s.readers.QueryRowContext(ctx, "select coalesce(max(id), 0) from entries").Scan(&state.LastHold)
	return state, s.failure(err)
}

func scanAccount(r *sql.Rows) (a store.Account, err error) {
	var labels string
	if err := r.Scan(&a.ID, &a.Tenant, &a.Project, &a.Provider, &a.Model, &labels); err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(labels), &a.Labels); err != nil {
		return a, fmt.Errorf("%w: the labels of account %d: %w", store.ErrCorrupt, a.ID, err)
	}
	return a, nil
}

func scanHold(r *sql.Rows) (h store.Hold, err error) {
	var at int64
	err = r.Scan(&h.ID, &h.Account, &h.Item, &h.Amount, &h.Priced, &at)
	h.At = fromNanos(at)
	return h, err
}

// Sums implements store.Store.
func (s *Store) Sums(ctx context.Context, since time.Time) (sums []store.Sum, err error) {
	query := `select account, count(*), sum(priced = 0),
		sum(case state when 'settled' then cost else 0 end), sum(case state when 'presumed' then cost else 0 end),
		sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens)
		from entries where at >= ? and state in ('settled', 'presumed') group by account order by account`
	for sum, err := range rows(ctx, s, scanSum, query, nanos(since)) {
		if err != nil {
			return nil, err
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

func scanSum(r *sql.Rows) (s store.Sum, err error) {
	err = r.Scan(&s.Account, &s.Calls, &s.Unpriced, &s.Spent, &s.Presumed,
		&s.InputTokens, &s.CacheReadTokens, &s.CacheWriteTokens, &s.OutputTokens)
	return s, err
}

// Outcome implements store.Store.
func (s *Store) Outcome(ctx context.Context, seq int64) (store.Outcome, error) {
	for o, err := range rows(ctx, s, scanOutcome, "select seq, item, class, at, body from outcomes where seq = ?", seq) {
		return o, err
	}
	return store.Outcome{}, store.ErrNotFound
}

// Outcomes implements store.Store. The log can't be written back while the loop runs.
func (s *Store) Outcomes(ctx context.Context, after int64) iter.Seq2[store.Outcome, error] {
	return rows(ctx, s, scanOutcome, "select seq, item, class, at, body from outcomes where seq > ? order by seq", after)
}

// Keys implements store.Store.
func (s *Store) Keys(ctx context.Context) iter.Seq2[store.Outcome, error] {
	return rows(ctx, s, scanKey, "select seq, item, class from outcomes order by seq")
}

func scanKey(r *sql.Rows) (o store.Outcome, err error) {
	var class string
	err = r.Scan(&o.Seq, &o.Item, &class)
	o.Class = request.Class(class)
	return o, err
}

func scanOutcome(r *sql.Rows) (o store.Outcome, err error) {
	var class string
	var at int64
	err = r.Scan(&o.Seq, &o.Item, &class, &at, &o.Body)
	o.Class, o.At = request.Class(class), fromNanos(at)
	return o, err
}

// Intents implements store.Store.
func (s *Store) Intents(ctx context.Context) iter.Seq2[store.Intent, error] {
	return rows(ctx, s, scanIntent, "select item, at, body from intents order by item")
}

func scanIntent(r *sql.Rows) (n store.Intent, err error) {
	var at int64
	err = r.Scan(&n.Item, &at, &n.Body)
	n.At = fromNanos(at)
	return n, err
}

// Cached implements store.Store.
func (s *Store) Cached(ctx context.Context, key string, now time.Time) (value []byte, err error) {
	if s.closed.Load() {
		return nil, store.ErrClosed
	}
	row := s.readers.QueryRowContext(ctx, "select value from cache where key = ? and (expires = 0 or expires > ?)", key, nanos(now))
	if err := row.Scan(&value); errors.Is(err, sql.ErrNoRows) {
		return nil, store.ErrNotFound
	} else if err != nil {
		return nil, s.failure(err)
	}
	return value, nil
}

// rows yields what a query finds, or one error. The loop sees the file as it was when the loop began.
func rows[T any](ctx context.Context, s *Store, scan func(*sql.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if s.closed.Load() {
			yield(none, store.ErrClosed)
			return
		}
		found, err := s.readers.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, s.failure(err))
			return
		}
		defer found.Close()
		for ctx.Err() == nil && found.Next() {
			v, err := scan(found)
			if err != nil {
				yield(none, s.failure(err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := cmp.Or(ctx.Err(), found.Err()); err != nil {
			yield(none, s.failure(err))
		}
	}
}
