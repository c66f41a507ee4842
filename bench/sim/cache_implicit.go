package sim

import (
	"encoding/json"
	"hash"
	"hash/fnv"
)

// implicitCache gathers the prefixes of a prompt for a vendor that caches all of them without being asked.
type implicitCache struct {
	sum      hash.Hash64
	tokens   int
	prefixes []prefix
}

func newImplicitCache() *implicitCache { return &implicitCache{sum: fnv.New64a()} }

// add goes on with the next block of the prompt.
func (c *implicitCache) add(block any, size int) {
	text, _ := json.Marshal(block)
	_, _ = c.sum.Write(text)
	c.tokens += size
	c.prefixes = append(c.prefixes, prefix{sum: c.sum.Sum64(), tokens: c.tokens, keep: briefly})
}
