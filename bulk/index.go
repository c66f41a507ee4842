package bulk

import "sync"

// status is what is known of an item; 0 is nothing.
type status uint8

const (
	// answered and failed: it has such an outcome. superseded: it has one, but the input had another item in its place.
	answered status = 1 << iota
	failed
	superseded
	// seen: it was in the input of this run.
	seen
)

// index knows the status of every item. Most contents are asked for under one ID.
type index struct {
	mu    sync.Mutex
	first table
	more  map[key]status
}

func newIndex() *index { return &index{more: map[key]status{}} }

// put sets the status of an item, which is not 0. Of items with the same content one that is answered comes first, for the
// others to share.
func (x *index) put(k key, s status) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.set(k, s)
}

func (x *index) set(k key, s status) {
	first := x.first.find(&k.content)
	switch {
	case first == nil || first.status == 0 || first.key.id == k.id:
		x.first.put(slot{k, s})
	case s&answered != 0 && first.status&answered == 0:
		delete(x.more, k)
		x.more[first.key] = first.status
		*first = slot{k, s}
	default:
		x.more[k] = s
	}
}

func (x *index) get(k key) status {
	if first := x.first.find(&k.content); first != nil && first.key.id == k.id {
		return first.status
	}
	return x.more[k]
}

// status is what is known of an item.
func (x *index) status(k key) status {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.get(k)
}

// see notes that the item is in the input, and returns what was known of it.
func (x *index) see(k key) status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.get(k)
	x.set(k, s|seen)
	return s
}

// has reports that something is known of an item of this content.
func (x *index) has(content *[16]byte) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.first.find(content)
	return first != nil && first.status != 0
}

// twin is an answered item of the same content.
func (x *index) twin(k key) (key, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.first.find(&k.content)
	if first == nil || first.status&answered == 0 {
		return key{}, false
	}
	return first.key, true
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
	for k, s := range x.more {
		if is(s) {
			keys = append(keys, k)
		}
	}
	return keys
}
