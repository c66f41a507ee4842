package policy

import (
	"cmp"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// Capable leaves out targets that lack what the request needs: tools, vision, a schema, and a context that holds prompt and
// answer. If none is left, all stay: the first of them then says what it lacks.
func Capable() Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		lacks := func(c int) bool { return !q.Targets[c].serves(q) }
		if !slices.ContainsFunc(candidates, func(c int) bool { return !lacks(c) }) {
			return candidates
		}
		return slices.DeleteFunc(candidates, lacks)
	})
}

func (t *Target) serves(q *Query) bool {
	if !t.Can.Known {
		return true
	}
	if window := t.Can.ContextTokens; window > 0 && q.prompt()+max(1, q.Request.MaxTokens) > window {
		return false
	}
	return t.Can.Check(q.Request) == nil
}

func (q *Query) prompt() int {
	if q.Prompt == nil {
		return 0
	}
	return q.Prompt()
}

// ByLabel prefers targets that have the value which the request has for a label. A request without the label has no opinion.
func ByLabel(label string) Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		want, ok := q.Request.Labels[label]
		if !ok {
			return candidates
		}
		slices.SortStableFunc(candidates, func(a, b int) int {
			return mismatch(&q.Targets[a], label, want) - mismatch(&q.Targets[b], label, want)
		})
		return candidates
	})
}

func mismatch(t *Target, label, want string) int {
	if t.Labels[label] == want {
		return 0
	}
	return 1
}

// Sticky prefers the same targets in the same order for requests of one key, so that a provider's prompt cache stays warm. key
// gives the key of a request; nil is its PromptCacheKey, or else its Tenant. A request without a key has no opinion. Targets
// are told apart by name. One that is added or removed moves only the keys of its own, and those of one that fails spread over
// all others ("rendezvous hashing").
func Sticky(key func(*request.Request) string) Order {
	if key == nil {
		key = cacheKey
	}
	return OrderFunc(func(q *Query, candidates []int) []int {
		k := key(q.Request)
		if k == "" {
			return candidates
		}
		slices.SortStableFunc(candidates, func(a, b int) int {
			return cmp.Compare(affinity(k, q.Targets[b].Name), affinity(k, q.Targets[a].Name))
		})
		return candidates
	})
}

func cacheKey(r *request.Request) string {
	if r.PromptCacheKey != "" {
		return r.PromptCacheKey
	}
	return r.Tenant
}

// affinity is how much a key belongs to a target: a hash (FNV-1a) that is the same in every process, mixed further because FNV
// leaves names close together that differ in their last letter.
func affinity(key, target string) uint64 {
	h := uint64(14695981039346656037)
	h = hashString(h, key)
	h = hashString(h, "\x00")
	return mix(hashString(h, target))
}

func hashString(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of MurmurHash3.
func mix(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
