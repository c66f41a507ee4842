package store

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a Store that lasts as long as the process. It keeps every entry, so that it grows with the number of calls.
// Make it with NewMemory.
type Memory struct {
	mu       sync.Mutex
	closed   bool
	accounts map[int64]Account
	entries  map[int64]*entry
	intents  map[string]Intent
	outcomes map[int64]Outcome
	seq      int64
	cache    map[string]CacheEntry
}

// entry is a hold with its end, which is nil while the hold is open.
type entry struct {
	hold Hold
	end  *End
}

var _ Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory {
	return &Memory{
		accounts: map[int64]Account{}, entries: map[int64]*entry{},
		intents: map[string]Intent{}, outcomes: map[int64]Outcome{}, cache: map[string]CacheEntry{},
	}
}

// lock takes the lock, unless the store was closed or ctx has ended.
func (m *Memory) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	return nil
}

// Commit implements Store.
func (m *Memory) Commit(ctx context.Context, b *Batch) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	for _, a := range b.Accounts {
		if _, ok := m.accounts[a.ID]; !ok {
			a.Labels = maps.Clone(a.Labels)
			m.accounts[a.ID] = a
		}
	}
	for _, h := range b.Holds {
		if m.entries[h.ID] == nil {
			m.entries[h.ID] = &entry{hold: h}
		}
	}
	for _, end := range b.Ends {
		if e := m.entries[end.Hold]; e != nil && e.end == nil {
			end.Usage.Units = nil
			e.end = &end
		}
	}
	m.write(&b.Record)
	return nil
}

func (m *Memory) write(r *Record) {
	for _, i := range r.Intents {
		i.Body = slices.Clone(i.Body)
		m.intents[i.Item] = i
	}
	for _, o := range r.Outcomes {
		m.seq++
		if o.Place != nil {
			if before, ok := m.outcomes[*o.Place]; ok && before.Item == o.Item {
				delete(m.outcomes, *o.Place)
			}
			*o.Place, o.Place = m.seq, nil
		}
		o.Seq, o.Body = m.seq, slices.Clone(o.Body)
		m.outcomes[m.seq] = o
		delete(m.intents, o.Item)
	}
	for _, item := range r.Withdrawn {
		delete(m.intents, item)
	}
	for _, key := range r.Forget {
		delete(m.cache, key)
	}
	maps.DeleteFunc(m.cache, func(_ string, e CacheEntry) bool { return e.expired(r.ForgetExpired) })
	for _, e := range r.Cache {
		e.Value = slices.Clone(e.Value)
		m.cache[e.Key] = e
	}
}

// expired reports that the entry is no longer good at a time.
func (e *CacheEntry) expired(now time.Time) bool { return !e.Expires.IsZero() && !e.Expires.After(now) }

// Restore implements Store.
func (m *Memory) Restore(ctx context.Context) (*State, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	s := &State{Accounts: slices.SortedFunc(maps.Values(m.accounts), func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })}
	for id, e := range m.entries {
		s.LastHold = max(s.LastHold, id)
		if e.end == nil {
			s.Held = append(s.Held, e.hold)
		}
	}
	slices.SortFunc(s.Held, func(a, b Hold) int { return cmp.Compare(a.ID, b.ID) })
	return s, nil
}

// Sums implements Store.
func (m *Memory) Sums(ctx context.Context, since time.Time) ([]Sum, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	sums := map[int64]Sum{}
	for _, e := range m.entries {
		if e.end == nil || e.end.Fate == Released || e.hold.At.Before(since) {
			continue
		}
		s := sums[e.hold.Account]
		s.Account = e.hold.Account
		s.Add(e.end)
		sums[s.Account] = s
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b Sum) int { return cmp.Compare(a.Account, b.Account) }), nil
}

// Outcome implements Store.
func (m *Memory) Outcome(ctx context.Context, seq int64) (Outcome, error) {
	if err := m.lock(ctx); err != nil {
		return Outcome{}, err
	}
	defer m.mu.Unlock()
	o, ok := m.outcomes[seq]
	if !ok {
		return Outcome{}, ErrNotFound
	}
	return o, nil
}

// Outcomes implements Store.
func (m *Memory) Outcomes(ctx context.Context, after int64) iter.Seq2[Outcome, error] {
	return sequence(ctx, m, func() []Outcome {
		found := slices.DeleteFunc(slices.Collect(maps.Values(m.outcomes)), func(o Outcome) bool { return o.Seq <= after })
		slices.SortFunc(found, func(a, b Outcome) int { return cmp.Compare(a.Seq, b.Seq) })
		return found
	})
}

// Keys implements Store.
func (m *Memory) Keys(ctx context.Context) iter.Seq2[Outcome, error] {
	return sequence(ctx, m, func() []Outcome {
		found := make([]Outcome, 0, len(m.outcomes))
		for _, o := range m.outcomes {
			found = append(found, Outcome{Seq: o.Seq, Item: o.Item, Class: o.Class})
		}
		slices.SortFunc(found, func(a, b Outcome) int { return cmp.Compare(a.Seq, b.Seq) })
		return found
	})
}

// Intents implements Store.
func (m *Memory) Intents(ctx context.Context) iter.Seq2[Intent, error] {
	return sequence(ctx, m, func() []Intent {
		return slices.SortedFunc(maps.Values(m.intents), func(a, b Intent) int { return cmp.Compare(a.Item, b.Item) })
	})
}

// sequence yields what was there when the loop began; nothing is locked while the loop's body runs.
func sequence[T any](ctx context.Context, m *Memory, list func() []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := m.lock(ctx); err != nil {
			yield(none, err)
			return
		}
		found := list()
		m.mu.Unlock()
		for _, v := range found {
			if err := ctx.Err(); err != nil {
				yield(none, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Cached implements Store.
func (m *Memory) Cached(ctx context.Context, key string, now time.Time) ([]byte, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	e, ok := m.cache[key]
	if !ok || e.expired(now) {
		return nil, ErrNotFound
	}
	return e.Value, nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
