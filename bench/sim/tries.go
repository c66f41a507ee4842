package sim

import "sync"

// tries counts how often a request has come, so that a retry may fare otherwise than the first try. A count that requests
// share would let the order of arrival change their answers. So each has its own, and to bound the memory those that
// have not come for long start afresh.
type tries struct {
	mu            sync.Mutex
	recent, older map[uint64]uint64
}

// remembered is how many different requests must come before one is forgotten.
const remembered = 1 << 16

// add counts a request, told by its hash, and returns which try this is, from 1.
func (t *tries) add(sum uint64) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, known := t.recent[sum]
	if !known {
		n = t.older[sum]
		if len(t.recent) >= remembered {
			t.older, t.recent = t.recent, nil
		}
		if t.recent == nil {
			t.recent = make(map[uint64]uint64)
		}
	}
	t.recent[sum] = n + 1
	return n + 1
}
