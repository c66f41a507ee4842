package cache

import (
	"container/list"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// entry is an answer that is kept. It is never written to: whoever gets the answer gets a copy.
type entry struct {
	key      Key
	answer   *request.Response
	received time.Time
	size     int64
}

func newEntry(key Key, answer *request.Response, received time.Time) *entry {
	return &entry{key: key, answer: answer, received: received, size: sizeOf(answer)}
}

// memory holds the answers asked for most recently, within its bounds. The caller locks it.
type memory struct {
	maxBytes   int64
	maxEntries int // 0: no bound
	ttl        time.Duration

	bytes   int64
	evicted int64
	recent  list.List // of *entry, the one asked for last at the front
	places  map[Key]*list.Element
}

func newMemory(maxBytes int64, maxEntries int, ttl time.Duration) memory {
	return memory{maxBytes: maxBytes, maxEntries: maxEntries, ttl: ttl, places: map[Key]*list.Element{}}
}

// get returns the answer of a key, or nil. What is too old is let go.
func (m *memory) get(key Key, now time.Time) *entry {
	place := m.places[key]
	if place == nil {
		return nil
	}
	e := place.Value.(*entry)
	if m.old(e, now) {
		m.remove(place)
		return nil
	}
	m.recent.MoveToFront(place)
	return e
}

// old tells an answer that may not be given any more.
func (m *memory) old(e *entry, now time.Time) bool { return m.ttl > 0 && now.Sub(e.received) >= m.ttl }

// put keeps an answer in place of the one that its key had, and lets go of others until there is room. One that alone is
// larger than the bound is not kept.
func (m *memory) put(e *entry) {
	if place := m.places[e.key]; place != nil {
		m.remove(place)
	}
	if e.size > m.maxBytes {
		return
	}
	m.bytes += e.size
	m.places[e.key] = m.recent.PushFront(e)
	for m.bytes > m.maxBytes || m.maxEntries > 0 && len(m.places) > m.maxEntries {
		m.remove(m.recent.Back())
		m.evicted++
	}
}

func (m *memory) remove(place *list.Element) {
	e := m.recent.Remove(place).(*entry)
	delete(m.places, e.key)
	m.bytes -= e.size
}
