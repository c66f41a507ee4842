// Package cache is a middleware that answers a request from memory if the same request was answered before, and lets requests
// that are the same and come at once share one call.
//
//	client = cache.New(cache.Config{TTL: time.Hour})(client)
//
// Requests are the same if all is the same that can make a difference to the answer: model, messages with their parts, tools,
// schemas, every parameter, Extra of every provider, and the tenant. Labels, Priority, NoCache and NoStore make none. A
// parameter that is unset is not the same as zero; Content is the same as a text part in its place. Schemas and Extra are
// compared as JSON, without regard to space and to the order of members, except under "properties": models write the fields
// of an answer in the order of its schema. [Config.Vary] and [Config.Normalize] draw the line elsewhere.
//
// The temperature changes nothing about that: a request that comes again gets the answer it got before. Set NoCache on
// requests that are meant to draw anew, or [Config.Skip] to leave such requests alone. NoCache asks the model and keeps what
// it says; NoStore takes what is there, or has a part in a call, but keeps nothing; with both the cache is not used at all.
//
// Only whole answers are kept: no errors, nothing withheld or cut off by a filter or a limit, and nothing that ended for a
// reason the vocabulary has no name for.
//
// An answer given again has FromCache set and costs nothing: its Usage has the tokens that it took when it was made, Priced
// at a Cost of zero. IDs, warnings and times are those of the first answer; Attempts and Limits, which belong to a call, are
// empty. A stream of it has one chunk for each part. CountTokens and Capabilities pass through: a count costs nothing.
//
// What is held is bounded by [Config.MaxBytes], besides calls under way, each of which holds its answer once, however many
// wait for it.
//
// Put it outside of everything that waits, retries, accounts or pays. Use a provider's prompt cache for requests that only
// begin alike. Requests that mean the same in other words are not its business.
package cache

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/seed63918563/llmgate/request"
)

// Cache is a request.Client that answers from memory where it can. It is safe for concurrent use and runs no goroutine but
// one for each call to the client below it, for as long as somebody waits for that.
type Cache struct {
	cfg  Config
	next request.Client

	mu      sync.Mutex
	memory  memory
	flights map[Key]*flight
	stats   Stats
}

var _ request.Client = (*Cache)(nil)

// New makes the middleware. Each client it is put around has a cache of its own, to which only a Store is common. It panics
// if the configuration is wrong, naming every fault. [Wrap] also gives access to the cache's statistics.
func New(cfg Config) request.Middleware {
	if err := cfg.complete(); err != nil {
		panic(err)
	}
	return func(client request.Client) request.Client {
		c, err := Wrap(client, cfg)
		if err != nil {
			panic(err)
		}
		return c
	}
}

// Wrap puts a cache around a client. It fails if the client is nil or the configuration wrong. It starts nothing.
func Wrap(client request.Client, cfg Config) (*Cache, error) {
	if client == nil {
		return nil, errors.New("cache: the client is nil; give one to ask")
	}
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	c := &Cache{cfg: cfg, next: client, flights: map[Key]*flight{}}
	c.memory = newMemory(cfg.MaxBytes, cfg.MaxEntries, cfg.TTL)
	return c, nil
}

// Complete gives a kept answer at once. Else it blocks until the client below has answered this request, or the same one of
// somebody who came before. What ends ctx ends only this caller's wait: the call below goes on as long as anybody waits for
// it, and ends with the last. A failure is told to all who waited for it, and is not kept; a panic reaches them, too, as a
// [*Panic]. Whose labels were over a budget is no concern of those with others: they ask again.
func (c *Cache) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	key, how := c.route(ctx, &req)
	switch how {
	case around:
		return c.next.Complete(ctx, req)
	case anew:
		return c.fresh(ctx, key, &req)
	}
	for {
		answer, w := c.enter(ctx, key, &req, false)
		if w == nil {
			return answer, nil
		}
		answer, err := w.complete(ctx)
		if w.concerns(err) {
			return answer, err
		}
	}
}

// Stream is Complete in pieces. Those who share a call are given its answer as it is produced, the first of it first, at the
// pace of each: none holds up another, and who is slow gets larger pieces. If the call was not made for a stream, they get
// the answer when it is whole.
func (c *Cache) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		key, how := c.route(ctx, &req)
		switch how {
		case around:
			c.next.Stream(ctx, req)(yield)
			return
		case anew:
			c.freshStream(ctx, key, &req)(yield)
			return
		}
		for {
			answer, w := c.enter(ctx, key, &req, true)
			if w == nil {
				replay(answer, yield)
				return
			}
			if err := w.stream(ctx, yield); err == nil {
				return
			} else if w.concerns(err) {
				yield(request.Chunk{}, err)
				return
			}
		}
	}
}

// CountTokens asks the client below; see request.Client.
func (c *Cache) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	return c.next.CountTokens(ctx, req)
}

// Capabilities asks the client below.
func (c *Cache) Capabilities(model string) request.Capabilities { return c.next.Capabilities(model) }
