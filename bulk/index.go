package bulk

import "sync"

// status is what is known of an item; 0 is nothing.
type status uint8

const (
	// answered and failed: it has such an outcome. superseded: it has one, but the input had another item in its place.
	answered status = 1 << iota
	failed
	superseded
	// seen: it was in the input of this run, or it is no item but a part of one's answer.
	seen
)

// index knows the status of every item and the Seq of its outcome in the store. Most contents are asked for under one ID.
type index struct {
	mu    sync.Mutex
	first table
	more  map[key]known
}

func newIndex() *index { return &index{more: map[key]known{}} }

// put sets the status of an item, which is not 0, and the Seq of its outcome. Of items with the same content one that is
// answered comes first, for the others to share.
func (x *index) put(k key, s status, seq int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.set(k, known{s, seqNoOf(seq)})
}

func (x *index) set(k key, now known) {
	first := x.first.find(&k.content)
	switch {
	case first == nil || first.status == 0 || first.key.id == k.id:
		x.first.put(slot{k, now})
	case now.status&answered != 0 && first.status&answered == 0:
		delete(x.more, k)
		x.more[first.key] = first.known
		*first = slot{k, now}
	default:
		x.more[k] = now
	}
}

func (x *index) find(k key) known {
	if first := x.first.find(&k.content); first != nil && first.key.id == k.id {
		return first.known
	}
	return x.more[k]
}

// get is what is known of an item, and the Seq of its outcome.
func (x *index) get(k key) (status, int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.find(k)
	return now.status, now.seq.int64()
}

// see notes that the item is in the input, and returns what was known of it.
func (x *index) see(k key) (status, int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.find(k)
	before := now.status
	now.status |= seen
	x.set(k, now)
	return before, now.seq.int64()
}

// has reports that something is known of an item of this content.
func (x *index) has(content *[16]byte) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.first.find(content)
	return first != nil && first.status != 0
}

// twin is an answered item of the same content, and the Seq of the answer.
func (x *index) twin(k key) (twin key, seq int64, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.first.find(&k.content)
	if first == nil || first.status&answered == 0 {
		return key{}, 0, false
	}
	return first.key, first.seq.int64(), true
}

// stale lists items with an outcome that the input does not have any more.
func (x *index) stale() (keys []key) {
	x.mu.Lock()
	defer x.mu.Unlock()
	is := func(s status) bool { return s&(answered|failed) != 0 && s&seen == 0 }
	x.first.all(func(s *slot) {
		if is(s.status) {
			keys = append(keys, s.key)
		}
	})
	for k, now := range x.more {
		if is(now.status) {
			keys = append(keys, k)
		}
	}
	return keys
}
