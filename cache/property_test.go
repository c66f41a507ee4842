package cache_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/request"
)

// dumb is a cache of a few answers that looks through a list.
type dumb struct {
	most  int
	ttl   time.Duration
	items []dumbItem // the one asked for last at the end
	calls int
}

type dumbItem struct {
	name, answer string
	at           time.Time
}

// ask gives the answer to a request by the rules, given what the model would say, "" for a failure.
func (d *dumb) ask(r request.Request, says string) (answer string, cached bool) {
	name := r.Messages[0].Content
	at := slices.IndexFunc(d.items, func(i dumbItem) bool { return i.name == name })
	if at >= 0 && !r.NoCache {
		item := d.items[at]
		d.items = slices.Delete(d.items, at, at+1)
		if time.Since(item.at) < d.ttl {
			d.items = append(d.items, item)
			return item.answer, true
		}
	}
	d.calls++
	if says != "" && !r.NoStore {
		d.items = slices.DeleteFunc(d.items, func(i dumbItem) bool { return i.name == name })
		d.items = append(d.items, dumbItem{name, says, time.Now()})
		d.items = d.items[max(0, len(d.items)-d.most):]
	}
	return says, false
}

// step is one request to both.
type step struct {
	after            time.Duration
	name             string
	noCache, noStore bool
	fails, streamed  bool
}

var steps = rapid.Custom(func(t *rapid.T) step {
	seldom := func(what string) bool { return rapid.IntRange(0, 5).Draw(t, what) == 0 }
	return step{
		after: time.Duration(rapid.IntRange(0, 4).Draw(t, "seconds")) * time.Second,
		name:  rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(t, "request"), streamed: rapid.Bool().Draw(t, "streamed"),
		noCache: seldom("no cache"), noStore: seldom("no store"), fails: seldom("fails"),
	}
})

// TestLikeADumbCache has both asked the same and compares every answer and every count.
func TestLikeADumbCache(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		most := rapid.IntRange(1, 4).Draw(rt, "most")
		list := rapid.SliceOfN(steps, 1, 60).Draw(rt, "steps")
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = compare(t, most, list) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

func compare(t *testing.T, most int, list []step) error {
	says := ""
	client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
		if says == "" {
			return nil, &request.Error{Class: request.ClassOverloaded}
		}
		return &request.Response{Content: says, Parts: []request.Part{request.TextPart{Text: says}}, FinishReason: request.FinishStop}, nil
	}}
	model := &dumb{most: most, ttl: 10 * time.Second}
	c := wrap(t, client, cache.Config{MaxEntries: most, TTL: model.ttl})
	for i, step := range list {
		time.Sleep(step.after)
		req := ask(step.name)
		req.NoCache, req.NoStore = step.noCache, step.noStore
		if says = fmt.Sprint("answer ", i); step.fails {
			says = ""
		}
		want, cached := model.ask(req, says)
		send := c.Complete
		if step.streamed {
			send = func(ctx context.Context, req request.Request) (*request.Response, error) { return listen(ctx, c, req) }
		}
		resp, err := send(t.Context(), req)
		switch {
		case (err != nil) != (want == ""):
			return fmt.Errorf("step %d failed with %w; want %q", i, err, want)
		case err == nil && (resp.Content != want || resp.FromCache != cached):
			return fmt.Errorf("step %d gave %q, from cache %v; want %q, %v", i, resp.Content, resp.FromCache, want, cached)
		}
	}
	s := c.Stats()
	if got := int(client.calls.Load()); got != model.calls || int(s.Misses+s.Bypassed) != got || int(s.Hits) != len(list)-got || s.Entries != len(model.items) {
		return fmt.Errorf("%d calls and %+v; want %d calls and %d entries", got, s, model.calls, len(model.items))
	}
	return nil
}
