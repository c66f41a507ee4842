package cache

import (
	"context"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// route is which way a request goes.
type route int

const (
	// shared: from what is kept, or by a call that others may have a part in.
	shared route = iota
	// anew: by a call of its own, whose answer is kept.
	anew
	// around: by a call of its own that the cache has nothing to do with. The client below knows best what to say where a
	// context has ended or a request can't be sent.
	around
)

// route decides the way of a request and counts those that avoid the cache.
func (c *Cache) route(ctx context.Context, req *request.Request) (key Key, r route) {
	ok := ctx.Err() == nil && !(req.NoCache && req.NoStore) && (c.cfg.Skip == nil || !ofCopy(c.cfg.Skip, *req))
	if ok {
		key, ok = c.cfg.key(req)
	}
	switch {
	case !ok:
		r = around
	case req.NoCache:
		r = anew
	default:
		return key, shared
	}
	c.count(func(s *Stats) { s.Bypassed++ })
	return key, r
}

// fresh asks for a new answer and keeps it.
func (c *Cache) fresh(ctx context.Context, key Key, req *request.Request) (*request.Response, error) {
	resp, err := c.next.Complete(ctx, *req)
	if err == nil {
		c.keep(ctx, key, resp)
	}
	return resp, err
}

// freshStream is fresh in pieces. An answer that is not heard to its end is not kept.
func (c *Cache) freshStream(ctx context.Context, key Key, req *request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		for chunk, err := range c.next.Stream(ctx, *req) {
			if err == nil && chunk.Response != nil {
				c.keep(ctx, key, chunk.Response)
			}
			if !yield(chunk, err) {
				return
			}
		}
	}
}

// keep takes an answer in, in memory and in the Store, if it is one to keep.
func (c *Cache) keep(ctx context.Context, key Key, resp *request.Response) {
	if !c.cfg.keeps(resp) {
		return
	}
	e := newEntry(key, kept(resp), time.Now())
	c.save(ctx, e)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory.put(e)
}

// keeps tells an answer that is whole, and all that the model had to say.
func (c *Config) keeps(resp *request.Response) bool {
	switch resp.FinishReason {
	case request.FinishLength:
		return c.KeepTruncated
	case request.FinishContentPolicy, request.FinishError, request.FinishOther:
		return false
	}
	return resp.Refusal == ""
}
