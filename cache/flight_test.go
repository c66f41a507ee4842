package cache_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// Sharing is no storing: NoStore has a part in a call, whose answer is kept if another one lets it be.
func TestNoStoreShares(t *testing.T) {
	for _, test := range []struct {
		noStore [2]bool
		kept    bool
	}{
		{[2]bool{true, true}, false}, {[2]bool{true, false}, true}, {[2]bool{false, true}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := fake.New(slowly())
			c := wrap(t, client, cache.Config{})
			var callers sync.WaitGroup
			for _, noStore := range test.noStore {
				req := ask("hi")
				req.NoStore = noStore
				callers.Go(func() { complete(t, c, req) })
				synctest.Wait()
			}
			callers.Wait()
			if n := calls(client); n != 1 {
				t.Errorf("%v: %d calls, want 1", test.noStore, n)
			}
			if kept := c.Stats().Entries == 1; kept != test.kept {
				t.Errorf("%v: kept %v", test.noStore, kept)
			}
		})
	}
}

// NoCache wants an answer of its own, also from a call under way.
func TestNoCacheDoesNotShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(slowly())
		c := wrap(t, client, cache.Config{})
		req := ask("hi")
		req.NoCache = true
		var callers sync.WaitGroup
		callers.Go(func() { complete(t, c, ask("hi")) })
		for range 2 {
			callers.Go(func() { complete(t, c, req) })
		}
		callers.Wait()
		if n := calls(client); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
	})
}

// A client may ask the cache it stands under about something else, with the context that it was given.
func TestClientAsksItsOwnCache(t *testing.T) {
	var c *cache.Cache
	client := &stub{}
	client.answer = func(ctx context.Context, req request.Request) (*request.Response, error) {
		if req.Messages[0].Content == "outer" {
			return c.Complete(ctx, ask("inner"))
		}
		return okay().answer(ctx, req)
	}
	c = wrap(t, client, cache.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if resp, err := c.Complete(ctx, ask("outer")); err != nil || resp.Content != "ok" {
		t.Errorf("got %+v, %v", resp, err)
	}
}

// cut streams without a last chunk.
type cut struct{ *stub }

func (cut) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) { yield(request.Chunk{Content: "half"}, nil) }
}

func TestStreamWithoutLastChunk(t *testing.T) {
	c := wrap(t, cut{okay()}, cache.Config{})
	_, err := listen(t.Context(), c, ask("hi"))
	e, ok := errors.AsType[*request.Error](err)
	if !ok || e.Class != request.ClassTruncated || e.Partial == nil || e.Partial.Content != "half" {
		t.Errorf("a stream that was cut ended with %v", err)
	}
	if n := c.Stats().Entries; n != 0 {
		t.Errorf("%d answers are kept of a stream that was cut", n)
	}
}

// Limits in a stream are told to the one who made the call, and to nobody after.
func TestLimitsOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := slowly()
		cfg.Default.Response = &request.Response{Limits: request.Limits{Tokens: request.Limit{Stated: true, Limit: 10, Remaining: 1}}}
		c := wrap(t, fake.New(cfg), cache.Config{})
		told := make([]int, 3)
		hear := func(i int) {
			for chunk, err := range c.Stream(t.Context(), ask("hi")) {
				if err != nil {
					t.Error(err)
				}
				if chunk.Limits != nil && chunk.Limits.Tokens.Remaining == 1 {
					told[i]++
				}
				if chunk.Response != nil && chunk.Response.Limits.Any() {
					told[i]++
				}
			}
		}
		var callers sync.WaitGroup
		for i := range 2 {
			callers.Go(func() { hear(i) })
			synctest.Wait()
		}
		callers.Wait()
		hear(2)
		if told[0] != 2 || told[1] != 0 || told[2] != 0 {
			t.Errorf("limits were told %v times; want the first caller to hear of them, in both places", told)
		}
	})
}
