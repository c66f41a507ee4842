package sim

import (
	"sync"
	"time"
)

// prefix is a beginning of a prompt, told by a hash of all that is in it.
type prefix struct {
	sum    uint64
	tokens int
	// keep is how long the cache is asked to hold it; 0 if it isn't.
	keep time.Duration
}

// cacheUse is how many tokens of a prompt were read from the cache, and how many were written, by how long they are kept.
type cacheUse struct{ read, brief, long int }

// written is all that was.
func (u cacheUse) written() int { return u.brief + u.long }

// What the vendors with such caches have in common: shorter prefixes are not kept, and the search for one that is known
// goes so many steps back from each that is to be kept.
const (
	leastCached = 1024
	lookBack    = 20
	// briefly is the shorter of the times to keep a prefix.
	briefly = 5 * time.Minute
)

// promptCache remembers prefixes of prompts until a time. Unlike all else in the simulator, what it gives depends on which
// requests came before.
type promptCache struct {
	mu    sync.Mutex
	known map[uint64]kept
}

type kept struct {
	until time.Time
	keep  time.Duration
}

// mostCached bounds the memory.
const mostCached = 1 << 16

// use finds the longest prefix that is known, and keeps those that are asked for.
func (c *promptCache) use(now time.Time, prefixes []prefix) (u cacheUse) {
	c.mu.Lock()
	defer c.mu.Unlock()
	steps := lookBack + 1
	for i := len(prefixes) - 1; i >= 0 && u.read == 0; i-- {
		p := prefixes[i]
		if steps++; p.keep > 0 {
			steps = 0
		}
		if k := c.known[p.sum]; steps <= lookBack && k.until.After(now) {
			u.read = p.tokens
			c.put(now, p.sum, k.keep)
		}
	}
	reached := u.read
	for _, p := range prefixes {
		if p.keep == 0 || p.tokens < leastCached {
			continue
		}
		c.put(now, p.sum, p.keep)
		if more := p.tokens - reached; more > 0 && p.keep > briefly {
			u.long, reached = u.long+more, p.tokens
		} else if more > 0 {
			u.brief, reached = u.brief+more, p.tokens
		}
	}
	return u
}

// put keeps a prefix, or keeps it longer: every use renews it.
func (c *promptCache) put(now time.Time, sum uint64, keep time.Duration) {
	if c.known == nil || len(c.known) >= mostCached {
		c.known = make(map[uint64]kept)
	}
	if until := now.Add(keep); until.After(c.known[sum].until) {
		c.known[sum] = kept{until, keep}
	}
}
