package policy_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

func TestCapable(t *testing.T) {
	can := func(c request.Capabilities) policy.Target { c.Known = true; return policy.Target{Can: c} }
	targets := []policy.Target{
		can(request.Capabilities{ContextTokens: 8000, MaxOutputTokens: 1000}),
		can(request.Capabilities{ContextTokens: 100_000, Tools: true}),
		can(request.Capabilities{Vision: true, JSONSchema: true}),
		{}, // nobody described it
	}
	user := func(parts ...request.Part) []request.Message {
		return []request.Message{{Role: request.RoleUser, Content: "x", Parts: parts}}
	}
	for name, c := range map[string]struct {
		request request.Request
		prompt  int
		want    []int
	}{
		"plain":                      {request.Request{Messages: user()}, 10, []int{0, 1, 2, 3}},
		"tools":                      {request.Request{Messages: user(), Tools: []request.Tool{{Name: "t"}}}, 10, []int{1, 3}},
		"vision":                     {request.Request{Messages: user(request.ImagePart{URL: "https://x/y.png"})}, 10, []int{2, 3}},
		"schema":                     {request.Request{Messages: user(), ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema}}, 10, []int{2, 3}},
		"prompt that fills a window": {request.Request{Messages: user()}, 8000, []int{1, 2, 3}},
		"prompt that just fits":      {request.Request{Messages: user()}, 7999, []int{0, 1, 2, 3}},
		"prompt and answer":          {request.Request{Messages: user(), MaxTokens: 1000}, 7001, []int{1, 2, 3}},
		"long answer":                {request.Request{Messages: user(), MaxTokens: 1001}, 1, []int{1, 2, 3}},
	} {
		q := &policy.Query{Request: &c.request, Targets: targets, Prompt: func() int { return c.prompt }}
		if diff := cmp.Diff(c.want, arrange(policy.Capable(), q)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	q := &policy.Query{Request: &request.Request{Messages: user(request.AudioPart{})}, Targets: targets[:3]}
	if got := policy.Capable().Arrange(q, []int{2, 0, 1}); !cmp.Equal(got, []int{2, 0, 1}) {
		t.Errorf("none is capable: got %v", got)
	}
}

func stickyFirst(names []string, key string) string {
	q := &policy.Query{Request: &request.Request{PromptCacheKey: key}}
	candidates := make([]int, len(names))
	for i, name := range names {
		q.Targets = append(q.Targets, policy.Target{Name: name})
		candidates[i] = i
	}
	return names[policy.Sticky(nil).Arrange(q, candidates)[0]]
}

// Names that differ in one letter share the keys evenly, and a target that comes or goes moves the keys of its own alone.
func TestStickyMovesAsFewKeysAsPossible(t *testing.T) {
	const keys = 10_000
	four := []string{"target-1", "target-2", "target-3", "target-4"}
	mine := map[string]int{}
	for i := range keys {
		key := fmt.Sprintf("tenant-%d", i)
		before := stickyFirst(four, key)
		mine[before]++
		if after := stickyFirst([]string{"target-4", "target-2", "target-1"}, key); before != "target-3" && after != before {
			t.Fatalf("%s moved from %s to %s when target-3 went", key, before, after)
		}
		if after := stickyFirst(append([]string{"target-5"}, four...), key); after != "target-5" && after != before {
			t.Fatalf("%s moved from %s to %s when target-5 came", key, before, after)
		}
	}
	for name, n := range mine {
		if n < keys/4-200 || n > keys/4+200 {
			t.Errorf("%s has %d of %d keys", name, n, keys)
		}
	}
}

// The keys of a target that is only out go where they would go if it were gone, so that the caches there stay warm.
func TestStickySpreadsTheKeysOfAFailedTarget(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	q := &policy.Query{Request: &request.Request{}}
	for _, name := range names {
		q.Targets = append(q.Targets, policy.Target{Name: name})
	}
	next := map[string]int{}
	for i := range 3000 {
		q.Request.PromptCacheKey = fmt.Sprint(i)
		got := policy.Sticky(nil).Arrange(q, []int{0, 1, 2, 3})
		if names[got[0]] != "a" {
			continue
		}
		if second := stickyFirst(names[1:], q.Request.PromptCacheKey); second != names[got[1]] {
			t.Fatalf("key %d: %s is second, but first without a", i, second)
		}
		next[names[got[1]]]++
	}
	for _, name := range names[1:] {
		if next[name] < 150 {
			t.Errorf("%s takes over %d keys", name, next[name])
		}
	}
}

func TestStickyKeys(t *testing.T) {
	byUser := policy.Sticky(func(r *request.Request) string { return r.Labels["user"] })
	q := query()
	q.Request.Labels = map[string]string{"user": "u1"}
	q.Request.PromptCacheKey = "ignored"
	first := arrange(byUser, q)
	q.Request.PromptCacheKey = "ignored too"
	if again := arrange(byUser, q); !cmp.Equal(first, again) {
		t.Errorf("one user was sent to %v, then %v", first, again)
	}
	q.Request.PromptCacheKey, q.Request.Tenant = "", "u1"
	if got := arrange(policy.Sticky(nil), q); !cmp.Equal(got, first) {
		t.Errorf("the tenant is not the key: %v, not %v", got, first)
	}
}
