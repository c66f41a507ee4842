package cache_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// shelf is a store that can be looked into and broken.
type shelf struct {
	*store.Memory
	readErr, writeErr error

	mu    sync.Mutex
	entry store.CacheEntry // the last one
	reads int
}

func newShelf() *shelf { return &shelf{Memory: store.NewMemory()} }

func (s *shelf) Cached(ctx context.Context, key string, now time.Time) ([]byte, error) {
	s.mu.Lock()
	s.reads++
	s.mu.Unlock()
	if s.readErr != nil {
		return nil, s.readErr
	}
	return s.Memory.Cached(ctx, key, now)
}

func (s *shelf) Commit(ctx context.Context, b *store.Batch) error {
	if s.writeErr != nil {
		return s.writeErr
	}
	s.mu.Lock()
	s.entry = b.Cache[0]
	s.mu.Unlock()
	return s.Memory.Commit(ctx, b)
}

// put replaces the last entry's value.
func (s *shelf) put(t testing.TB, value []byte) {
	t.Helper()
	e := s.entry
	e.Value = value
	if err := s.Memory.Commit(context.Background(), &store.Batch{Record: store.Record{Cache: []store.CacheEntry{e}}}); err != nil {
		t.Fatal(err)
	}
}

func TestAnswersOutliveTheProcess(t *testing.T) {
	s := newShelf()
	client := fake.New(fake.Config{Default: &fake.Reply{Response: rich()}})
	complete(t, wrap(t, client, cache.Config{}), ask("hi"))
	complete(t, wrap(t, client, cache.Config{Store: s}), ask("hi"))
	memory := wrap(t, client, cache.Config{})
	complete(t, memory, ask("hi"))
	want := complete(t, memory, ask("hi"))

	c := wrap(t, client, cache.Config{Store: s})
	if diff := cmp.Diff(want, stream(t, c, ask("hi"))); diff != "" {
		t.Errorf("the answer from the store (-want +got):\n%s", diff)
	}
	reads := s.reads
	complete(t, c, ask("hi"))
	if stats := c.Stats(); s.reads != reads || stats.StoreHits != 1 || stats.Hits != 1 || stats.Misses != 0 || stats.Saved != 10*request.Cent {
		t.Errorf("an answer that was read is read again, or counted wrongly: %+v", stats)
	}
	if n := calls(client); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
	other := wrap(t, client, cache.Config{Store: s, Namespace: "other"})
	if complete(t, other, ask("hi")).FromCache {
		t.Error("a client of another namespace got the answer")
	}
}

// Every field of an answer comes back, one that is new in the vocabulary too.
func TestStoredFormHasEveryField(t *testing.T) {
	answer := rich()
	answer.Attempts, answer.Limits, answer.FinishReason = nil, request.Limits{}, request.FinishStop
	for path, v := range changes(answer) {
		s := newShelf()
		client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) { return v, nil }}
		complete(t, wrap(t, client, cache.Config{Store: s, KeepTruncated: true}), ask("hi"))
		if s.entry.Key == "" {
			continue // not an answer to keep
		}
		want := complete(t, wrap(t, client, cache.Config{}), ask("hi"))
		got := complete(t, wrap(t, client, cache.Config{Store: s}), ask("hi"))
		if !got.FromCache {
			t.Errorf("%s changed: not found", path)
		}
		got.FromCache, got.Usage.Cost, got.Usage.CostUSD = want.FromCache, want.Usage.Cost, want.Usage.CostUSD
		got.Usage.CostReported, got.Usage.Priced, got.Attempts, got.Limits = want.Usage.CostReported, want.Usage.Priced, want.Attempts, want.Limits
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s changed: stored and read (-want +got):\n%s", path, diff)
		}
	}
}

// changes are answers of which each differs from the first in one place.
func changes(answer *request.Response) map[string]*request.Response {
	all := map[string]*request.Response{}
	created := answer.Created
	answer.Created = time.Time{}
	plain := *answer
	for i, f := range reflect.VisibleFields(reflect.TypeFor[request.Response]()) {
		if f.Name == "Created" || f.Name == "Limits" {
			continue // a time has no fields to change; limits are not kept
		}
		field := reflect.ValueOf(plain).Field(i)
		variants(field, f.Name, func(path string, v reflect.Value) {
			changed := plain
			reflect.ValueOf(&changed).Elem().Field(i).Set(v)
			changed.Created = created
			if v.Kind() != reflect.Slice || v.Len() > 0 {
				all[path] = &changed
			}
		})
	}
	return all
}

func TestStoreExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		client := fake.New(fake.Config{})
		cfg := cache.Config{Store: s, TTL: time.Hour}
		complete(t, wrap(t, client, cfg), ask("hi"))
		if want := time.Now().Add(time.Hour); !s.entry.Expires.Equal(want) {
			t.Errorf("the entry expires at %v, want %v", s.entry.Expires, want)
		}
		time.Sleep(30 * time.Minute)
		c := wrap(t, client, cfg)
		if !complete(t, c, ask("hi")).FromCache {
			t.Error("not found within its time")
		}
		if complete(t, wrap(t, client, cache.Config{Store: s, TTL: 20 * time.Minute}), ask("hi")).FromCache {
			t.Error("found past the time of a shorter TTL")
		}
		time.Sleep(30 * time.Minute)
		if complete(t, c, ask("hi")).FromCache {
			t.Error("an answer from the store has its time anew in memory")
		}
	})
}

func TestStoreFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, s := range map[string]*shelf{
		"read":    {Memory: store.NewMemory(), readErr: broken},
		"write":   {Memory: store.NewMemory(), writeErr: broken},
		"damaged": newShelf(),
	} {
		t.Run(name, func(t *testing.T) {
			core, log := observer.New(zap.WarnLevel)
			client := fake.New(fake.Config{})
			if name == "damaged" {
				complete(t, wrap(t, client, cache.Config{Store: s}), ask("hi"))
				s.put(t, []byte(strings.Replace(string(s.entry.Value), `"hi"`, `"ho"`, 1)))
			}
			c := wrap(t, client, cache.Config{Store: s, Logger: zap.New(core)})
			if got := complete(t, c, ask("hi")); got.Content != "hi" || got.FromCache {
				t.Errorf("answered %+v", got)
			}
			if !complete(t, c, ask("hi")).FromCache {
				t.Error("not kept in memory")
			}
			if n := c.Stats().StoreFailures; n != 1 || log.Len() != 1 {
				t.Errorf("%d failures counted, %v logged; want one", n, log.All())
			}
		})
	}
}

func TestNoStoreStaysOutOfTheStore(t *testing.T) {
	s := newShelf()
	req := ask("hi")
	req.NoStore = true
	c := wrap(t, fake.New(fake.Config{}), cache.Config{Store: s})
	complete(t, c, req)
	if s.entry.Key != "" || c.Stats().Entries != 0 {
		t.Error("an answer that was not to be kept is kept")
	}
	req.NoStore, req.NoCache = false, true
	complete(t, c, req)
	if s.entry.Key == "" {
		t.Error("a fresh answer was not stored")
	}
}

func TestNotUTF8IsNotStored(t *testing.T) {
	s := newShelf()
	client := fake.New(fake.Config{Default: &fake.Reply{Text: "a\xffb"}})
	c := wrap(t, client, cache.Config{Store: s})
	complete(t, c, ask("hi"))
	if got := complete(t, c, ask("hi")); got.Content != "a\xffb" || s.entry.Key != "" {
		t.Errorf("kept as %q, stored as %s", got.Content, s.entry.Value)
	}
}

// FuzzStoredForm puts anything in the place of a stored answer: either it is that answer, or the model is asked.
func FuzzStoredForm(f *testing.F) {
	s := newShelf()
	client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) { return rich(), nil }}
	original := complete(f, wrap(f, client, cache.Config{Store: s}), ask("hi"))
	for _, cut := range []int{0, 1, 2, 3} {
		f.Add(s.entry.Value[:len(s.entry.Value)*cut/3])
	}
	f.Add([]byte(`{"version":1,"sum":"","entry":{"answer":{"Parts":[{}]}}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, value []byte) {
		s.put(t, value)
		before := client.calls.Load()
		got := complete(t, wrap(t, client, cache.Config{Store: s}), ask("hi"))
		if asked := client.calls.Load() - before; got.FromCache == (asked > 0) {
			t.Fatalf("from cache %v, with %d calls more", got.FromCache, asked)
		}
		if diff := cmp.Diff(original.Parts, got.Parts); diff != "" {
			t.Fatalf("answered something else:\n%s", diff)
		}
	})
}
