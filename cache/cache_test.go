package cache_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// rich is an answer of all that an answer can have.
func rich() *request.Response {
	r := &request.Response{
		Parts: []request.Part{
			request.ReasoningPart{Text: "Hm. ", Signature: "proof"},
			request.TextPart{Text: "Look: "},
			request.ImagePart{Data: []byte("png"), MediaType: "image/png"},
			request.AudioPart{Data: []byte("wav"), Transcript: "la"},
			request.FilePart{Data: []byte("pdf"), Name: "a.pdf"},
			request.ReasoningPart{Encrypted: "secret", ID: "rs_1", Format: "v1"},
			request.ToolCall{ID: "1", Name: "weather", Arguments: `{"city":"Oslo"}`},
		},
		RawFinishReason: "end", ID: "msg_1", RequestID: "req_1", ServiceTier: "flex", Created: time.Unix(1, 0).UTC(),
		Limits:   request.Limits{Tokens: request.Limit{Stated: true, Limit: 10, Remaining: 5}},
		Warnings: []request.Warning{{Field: "top_k", Message: "ignored"}},
		Attempts: []request.Attempt{{Provider: "fake", Usage: request.Usage{Units: map[string]int{"search": 1}}}},
		Usage:    request.Usage{InputTokens: 3, OutputTokens: 4, ReasoningTokens: 1, Reported: true, CostReported: true, Units: map[string]int{"search": 1}},
	}
	r.Usage.SetCost(5 * request.Cent)
	return r
}

func TestHit(t *testing.T) {
	client := fake.New(fake.Config{Default: &fake.Reply{Response: rich()}})
	c := wrap(t, client, cache.Config{})
	first := complete(t, c, ask("hi"))
	if first.FromCache || first.Usage.Cost != 5*request.Cent || len(first.Attempts) != 1 || !first.Limits.Any() {
		t.Errorf("the first answer is not as it came: %+v", first)
	}
	want := *first
	want.FromCache, want.Attempts, want.Limits = true, nil, request.Limits{}
	want.Usage.Cost, want.Usage.CostUSD, want.Usage.CostReported = 0, 0, false
	for name, again := range map[string]*request.Response{"complete": complete(t, c, ask("hi")), "stream": stream(t, c, ask("hi"))} {
		if diff := cmp.Diff(&want, again); diff != "" {
			t.Errorf("%s: the answer given again (-want +got):\n%s", name, diff)
		}
		if !again.Usage.Priced {
			t.Errorf("%s: an answer that costs nothing is not priced", name)
		}
	}
	if n := calls(client); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	s := c.Stats()
	if s.Hits != 2 || s.Misses != 1 || s.Entries != 1 || s.Saved != 10*request.Cent {
		t.Errorf("stats %+v", s)
	}
}

func TestStreamedAnswerIsKeptForBoth(t *testing.T) {
	client := fake.New(fake.Config{Default: &fake.Reply{Response: rich()}})
	c := wrap(t, client, cache.Config{})
	first := stream(t, c, ask("hi"))
	if first.FromCache || first.Usage.Cost != 5*request.Cent {
		t.Errorf("the first answer is not as it came: %+v", first)
	}
	for _, again := range []*request.Response{complete(t, c, ask("hi")), stream(t, c, ask("hi"))} {
		if !again.FromCache || cmp.Diff(first.Parts, again.Parts) != "" {
			t.Errorf("given again: %+v", again)
		}
	}
	if n := calls(client); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

func TestNoCacheAndNoStore(t *testing.T) {
	n := 0
	client := fake.New(fake.Config{Rules: []fake.Rule{{Respond: func(*request.Request) fake.Reply {
		n++
		return fake.Reply{Text: strings.Repeat("x", n)}
	}}}})
	c := wrap(t, client, cache.Config{})
	for i, step := range []struct {
		noCache, noStore bool
		want             string
		cached           bool
	}{
		{noStore: true, want: "x"},
		{want: "xx"},
		{want: "xx", cached: true},
		{noStore: true, want: "xx", cached: true},
		{noCache: true, noStore: true, want: "xxx"},
		{want: "xx", cached: true},
		{noCache: true, want: "xxxx"},
		{want: "xxxx", cached: true},
	} {
		req := ask("hi")
		req.NoCache, req.NoStore = step.noCache, step.noStore
		if resp := complete(t, c, req); resp.Content != step.want || resp.FromCache != step.cached {
			t.Errorf("step %d: %q from cache %v; want %+v", i, resp.Content, resp.FromCache, step)
		}
	}
}

func TestFreshStreamIsKeptOnceWhole(t *testing.T) {
	client := fake.New(fake.Config{Default: &fake.Reply{Text: "a long answer"}})
	c := wrap(t, client, cache.Config{})
	req := ask("hi")
	req.NoCache = true
	for range c.Stream(t.Context(), req) {
		break
	}
	if s := c.Stats(); s.Entries != 0 {
		t.Errorf("an answer of which the end was not heard is kept")
	}
	stream(t, c, req)
	if !complete(t, c, ask("hi")).FromCache {
		t.Error("a fresh answer was not kept")
	}
}

func TestWhatIsNotKept(t *testing.T) {
	finish := func(r request.FinishReason) fake.Reply {
		return fake.Reply{Text: "a", Response: &request.Response{FinishReason: r}}
	}
	for _, test := range []struct {
		name  string
		reply fake.Reply
		cfg   cache.Config
		kept  bool
	}{
		{"stop", finish(request.FinishStop), cache.Config{}, true},
		{"tool calls", finish(request.FinishToolCalls), cache.Config{}, true},
		{"length", finish(request.FinishLength), cache.Config{}, false},
		{"length, by choice", finish(request.FinishLength), cache.Config{KeepTruncated: true}, true},
		{"error", finish(request.FinishError), cache.Config{}, false},
		{"other", finish(request.FinishOther), cache.Config{}, false},
		{"withheld", finish(request.FinishContentPolicy), cache.Config{}, false},
		{"refused", fake.Reply{Refusal: "no"}, cache.Config{}, false},
		{"failed", fake.Reply{Err: request.ErrOverloaded}, cache.Config{}, false},
		{"cut", fake.Reply{Text: "a long answer", Cut: true, After: 1}, cache.Config{}, false},
		{"skipped", finish(request.FinishStop), cache.Config{Skip: func(*request.Request) bool { return true }}, false},
		{"too large", finish(request.FinishStop), cache.Config{MaxBytes: 10}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := fake.New(fake.Config{Default: &test.reply})
			c := wrap(t, client, test.cfg)
			for range 2 {
				_, _ = c.Complete(t.Context(), ask("hi"))
				_, _ = listen(t.Context(), c, ask("hi"))
			}
			want := 4
			if test.kept {
				want = 1
			}
			if n := calls(client); n != want {
				t.Errorf("%d calls, want %d", n, want)
			}
		})
	}
}

func TestTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{})
		c := wrap(t, client, cache.Config{TTL: time.Minute})
		for _, step := range []struct {
			after  time.Duration
			cached bool
		}{
			{0, false}, {59 * time.Second, true}, {time.Second, false}, {time.Minute - 1, true}, {1, false}, {time.Hour, false},
		} {
			time.Sleep(step.after)
			if resp := complete(t, c, ask("hi")); resp.FromCache != step.cached {
				t.Errorf("after %v more: from cache %v", step.after, resp.FromCache)
			}
		}
	})
}

func TestBytesAreBounded(t *testing.T) {
	client := fake.New(fake.Config{})
	const most = 64 << 10
	c := wrap(t, client, cache.Config{MaxBytes: most})
	for i := range 300 {
		complete(t, c, ask(strings.Repeat("long ", i*3+1)))
		if s := c.Stats(); s.Bytes > most || s.Bytes <= 0 {
			t.Fatalf("%d bytes are held, of %d", s.Bytes, most)
		}
	}
	s := c.Stats()
	if s.Evictions+int64(s.Entries) != 300 || s.Evictions == 0 {
		t.Errorf("%d evictions and %d entries of 300 answers", s.Evictions, s.Entries)
	}
	if !complete(t, c, ask(strings.Repeat("long ", 299*3+1))).FromCache {
		t.Error("the last answer is gone")
	}
}

func TestEndedContext(t *testing.T) {
	client := fake.New(fake.Config{})
	c := wrap(t, client, cache.Config{})
	complete(t, c, ask("hi"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Complete(ctx, ask("hi"))
	_, streamErr := listen(ctx, c, ask("other"))
	for _, err := range []error{err, streamErr} {
		if !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) {
			t.Errorf("the context has ended, and the error is %v", err)
		}
	}
	if n := calls(client); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

func TestTheRestPassesThrough(t *testing.T) {
	client := okay()
	c := wrap(t, client, cache.Config{})
	for want := range 2 {
		if count, err := c.CountTokens(t.Context(), ask("hi")); err != nil || count.Tokens != want+1 {
			t.Errorf("CountTokens gave %v, %v; want that of call %d", count, err, want+1)
		}
	}
	if got := c.Capabilities("any"); !got.Known || got.ContextTokens != 1000 {
		t.Errorf("Capabilities gave %+v", got)
	}
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	const want = "cache: MaxBytes is negative; leave it 0 for the default; MaxEntries is negative; leave it 0 for the default; TTL is negative; leave it 0 for the default"
	wrong := cache.Config{MaxBytes: -1, MaxEntries: -1, TTL: -1}
	if _, err := cache.Wrap(okay(), wrong); err == nil || err.Error() != want {
		t.Errorf("Wrap failed with %v\nwant %s", err, want)
	}
	if _, err := cache.Wrap(nil, cache.Config{}); err == nil || !strings.Contains(err.Error(), "client is nil") {
		t.Errorf("Wrap of nil failed with %v", err)
	}
	for name, call := range map[string]func(){
		"wrong": func() { cache.New(wrong) },
		"nil":   func() { cache.New(cache.Config{})(nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New did not panic: %s", name)
				}
			}()
			call()
		}()
	}
}

func TestClientsDoNotShareMemory(t *testing.T) {
	mw := cache.New(cache.Config{})
	a, b := mw(fake.New(fake.Config{Default: &fake.Reply{Text: "a"}})), mw(fake.New(fake.Config{Default: &fake.Reply{Text: "b"}}))
	complete(t, a, ask("hi"))
	if got := complete(t, b, ask("hi")); got.Content != "b" || got.FromCache {
		t.Errorf("one client gave the answer of another: %+v", got)
	}
}
