package policy

import (
	"hash/fnv"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// Capable leaves out targets that lack what the request needs: tools, vision, a schema, and a context that holds prompt and
// answer. If none is left, all stay: the first of them then says what it lacks.
func Capable() Order {
	return OrderFunc(func(q *Query, candidates []int) []int {
		able := slices.DeleteFunc(slices.Clone(candidates), func(c int) bool { return !q.Targets[c].serves(q) })
		if len(able) == 0 {
			return candidates
		}
		return able
	})
}

func (t *Target) serves(q *Query) bool {
	if !t.Can.Known {
		return true
	}
	if window := t.Can.ContextTokens; window > 0 && q.Prompt+max(1, q.Request.MaxTokens) > window {
		return false
	}
	return t.Can.Check(q.Request) == nil
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

// Sticky prefers the same target for requests of one key, so that a provider's prompt cache stays warm. key gives the key of a
// request; nil is its PromptCacheKey, or else its Tenant. A request without a key has no opinion. A target that is added or
// removed moves only the keys of its own ("rendezvous hashing").
func Sticky(key func(*request.Request) string) Order {
	if key == nil {
		key = cacheKey
	}
	return OrderFunc(func(q *Query, candidates []int) []int {
		k := key(q.Request)
		if k == "" || len(candidates) < 2 {
			return candidates
		}
		best := 0
		for i := range candidates {
			if affinity(k, q.Targets[candidates[i]].Name) > affinity(k, q.Targets[candidates[best]].Name) {
				best = i
			}
		}
		c := candidates[best]
		copy(candidates[1:best+1], candidates[:best])
		candidates[0] = c
		return candidates
	})
}

func cacheKey(r *request.Request) string {
	if r.PromptCacheKey != "" {
		return r.PromptCacheKey
	}
	return r.Tenant
}

// affinity is how much a key belongs to a target.
func affinity(key, target string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(target))
	return mix(h.Sum64())
}

// mix spreads what FNV leaves close together: names that differ in their last letter.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}
