package bulk

import (
	"encoding/binary"
	"sync"

	"github.com/seed63918563/llmgate/internal/dense"
)

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

// known is what is known of an item: its status, and the Seq of its outcome in the store, 0 if it has none.
type known struct {
	status status
	seq    seqNo
}

// seqNo is a Seq below 2^40, in as many bytes as that takes.
type seqNo [5]byte

func seqNoOf(seq int64) (n seqNo) {
	var whole [8]byte
	binary.LittleEndian.PutUint64(whole[:], uint64(seq))
	copy(n[:], whole[:])
	return n
}

func (n seqNo) int64() int64 {
	var whole [8]byte
	copy(whole[:], n[:])
	return int64(binary.LittleEndian.Uint64(whole[:]))
}

// item is the first of those that ask the same.
type item struct {
	id [5]byte
	known
}

// index knows the status of every item and the Seq of its outcome in the store. Most contents are asked for under one ID.
type index struct {
	mu    sync.Mutex
	first dense.Map[item]
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
	first := x.first.Put(&k.content)
	switch {
	case first.status == 0 || first.id == k.id:
		*first = item{k.id, now}
	case now.status&answered != 0 && first.status&answered == 0:
		delete(x.more, k)
		x.more[key{k.content, first.id}] = first.known
		*first = item{k.id, now}
	default:
		x.more[k] = now
	}
}

func (x *index) find(k key) known {
	if first := x.first.Get(&k.content); first != nil && first.id == k.id {
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
func (x *index) has(content *dense.Key) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.first.Get(content) != nil
}

// twin is an answered item of the same content, and the Seq of the answer.
func (x *index) twin(k key) (twin key, seq int64, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.first.Get(&k.content)
	if first == nil || first.status&answered == 0 {
		return key{}, 0, false
	}
	return key{k.content, first.id}, first.seq.int64(), true
}

// stale lists items with an outcome that the input does not have any more.
func (x *index) stale() (keys []key) {
	x.mu.Lock()
	defer x.mu.Unlock()
	is := func(s status) bool { return s&(answered|failed) != 0 && s&seen == 0 }
	for content, first := range x.first.All() {
		if is(first.status) {
			keys = append(keys, key{content, first.id})
		}
	}
	for k, now := range x.more {
		if is(now.status) {
			keys = append(keys, k)
		}
	}
	return keys
}
