package cache

import "github.com/seed63918563/llmgate/request"

// Stats is what a cache has done, and what it holds. Each request counts once, under one of the first five; one that asks
// again because a failure was not its concern counts anew.
type Stats struct {
	// Hits were answered from memory, StoreHits from the Store, Shared by a call that another request had made.
	Hits      int64
	StoreHits int64
	Shared    int64
	// Misses made a call; Bypassed did so because of NoCache or Skip, or could not be sent.
	Misses   int64
	Bypassed int64

	// Evictions are answers let go for want of room. StoreFailures are reads and writes that failed, and damaged answers.
	Evictions     int64
	StoreFailures int64
	// Saved is what the answers given again cost when they were made, as far as that is known.
	Saved request.Money

	// Entries and Bytes are held in memory now. Answers past their TTL count until they are asked for or make room.
	Entries int
	Bytes   int64
}

// Stats gives the counts up to now. It does not block.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Evictions, s.Entries, s.Bytes = c.memory.evicted, len(c.memory.places), c.memory.bytes
	return s
}

// count changes the counts.
func (c *Cache) count(change func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.stats)
}

// saves counts an answer that is given again.
func (s *Stats) saves(answer *request.Response) {
	if answer.Usage.Priced {
		s.Saved += answer.Usage.Cost
	}
}
