package bulk

import "sync"

// status is what is known of an item.
type status uint8

const (
	// answered and failed: it has such an outcome. superseded: it has one, but the input had another item in its place.
	answered status = 1 << iota
	failed
	superseded
	// seen: it was in the input of this run.
	seen
)

// index knows the status of every item, in some 40 bytes for each: most contents are asked for under one ID.
type index struct {
	mu    sync.Mutex
	first map[[16]byte]mark
	more  map[key]status
}

type mark struct {
	id     [8]byte
	status status
}

func newIndex() *index {
	return &index{first: map[[16]byte]mark{}, more: map[key]status{}}
}

// put sets the status of an item. Of items with the same content one that is answered comes first, for the others to share.
func (x *index) put(k key, s status) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.set(k, s)
}

func (x *index) set(k key, s status) {
	m, ok := x.first[k.content]
	switch {
	case !ok || m.id == k.id:
		x.first[k.content] = mark{k.id, s}
	case s&answered != 0 && m.status&answered == 0:
		delete(x.more, k)
		x.more[key{k.content, m.id}] = m.status
		x.first[k.content] = mark{k.id, s}
	default:
		x.more[k] = s
	}
}

func (x *index) get(k key) status {
	if m := x.first[k.content]; m.id == k.id {
		return m.status
	}
	return x.more[k]
}

// see notes that the item is in the input, and returns what was known of it.
func (x *index) see(k key) status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.get(k)
	x.set(k, s|seen)
	return s
}

// status is what is known of an item.
func (x *index) status(k key) status {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.get(k)
}

// twin is an answered item of the same content.
func (x *index) twin(k key) (key, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	m, ok := x.first[k.content]
	return key{k.content, m.id}, ok && m.status&answered != 0
}

// stale lists items with an outcome that the input does not have any more.
func (x *index) stale() (keys []key) {
	x.mu.Lock()
	defer x.mu.Unlock()
	is := func(s status) bool { return s&(answered|failed) != 0 && s&seen == 0 }
	for content, m := range x.first {
		if is(m.status) {
			keys = append(keys, key{content, m.id})
		}
	}
	for k, s := range x.more {
		if is(s) {
			keys = append(keys, k)
		}
	}
	return keys
}
