package cache

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/store"
)

// Store keeps answers beyond the process. Every store.Store does; something that has the answers ride in another's commits
// can, too. It is safe for concurrent use; both methods may block.
type Store interface {
	// Cached gives the value of a key that is still good at the time given. Its error is store.ErrNotFound where there is none.
	Cached(ctx context.Context, key string, now time.Time) ([]byte, error)
	// Commit writes the batch, which has cache entries only.
	Commit(ctx context.Context, b *store.Batch) error
}

// load looks an answer up in the Store. One that can't be read, is damaged or too old counts as none.
func (c *Cache) load(ctx context.Context, key Key) *entry {
	if c.cfg.Store == nil {
		return nil
	}
	now := time.Now()
	value, err := c.cfg.Store.Cached(ctx, key.String(), now)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	var e *entry
	if err == nil {
		e, err = decode(key, value)
	}
	if err != nil {
		c.storeFailed(ctx, "reading a cached answer failed; the model is asked instead", key, err)
		return nil
	}
	if c.memory.old(e, now) { // by a setting that never changes, so without the lock
		return nil
	}
	c.count(func(s *Stats) { s.StoreHits++ })
	return e
}

// save writes an answer to the Store, before it is given to anybody: what a caller has seen is there the next time.
func (c *Cache) save(ctx context.Context, e *entry) {
	if c.cfg.Store == nil {
		return
	}
	stored := store.CacheEntry{Key: e.key.String()}
	if c.cfg.TTL > 0 {
		stored.Expires = e.received.Add(c.cfg.TTL)
	}
	var err error
	if stored.Value, err = e.encode(); err == nil {
		err = c.cfg.Store.Commit(ctx, &store.Batch{Record: store.Record{Cache: []store.CacheEntry{stored}}})
	}
	if err != nil {
		c.storeFailed(ctx, "storing an answer failed; it is kept in memory only", e.key, err)
	}
}

// storeFailed tells of a failure, unless it is that nobody waits any more.
func (c *Cache) storeFailed(ctx context.Context, what string, key Key, err error) {
	if ctx.Err() != nil {
		return
	}
	c.count(func(s *Stats) { s.StoreFailures++ })
	c.cfg.Logger.Warn(what, zap.Stringer("key", key), zap.Error(err))
}
