// Package dense has a map from hashes to values of a few bytes, which takes little more memory than they do: for what a program
// must know of each of millions of items. A map of Go's takes up to twice as much, and the collector as much again.
package dense

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
)

// Key is a hash: all of its bits are as good as chance.
type Key [10]byte

// Map has values by their keys. The zero Map is empty. It is for one goroutine at a time.
//
// Keys that begin with the same bits stand in one slice, in their order: an element more moves a few kilobytes, and no room is
// needed between them.
type Map[V any] struct {
	parts [1 << partBits][]slot[V]
}

// partBits is how many bits choose the slice: with a million keys each has some 240.
const partBits = 12

// slot is a key without its first byte, which its slice tells.
type slot[V any] struct {
	rest  [len(Key{}) - 1]byte
	value V
}

// find gives the slice of a key, and where in it the key is or would be. That is near where its next bits say: of n keys as good as
// chance about the root of n stand between.
func (m *Map[V]) find(k *Key) (part *[]slot[V], at int, found bool) {
	prefix := binary.BigEndian.Uint64(k[:])
	part = &m.parts[prefix>>(64-partBits)]
	slots := *part
	near, _ := bits.Mul64(prefix<<partBits, uint64(len(slots)))
	at = int(near)
	for at < len(slots) && bytes.Compare(slots[at].rest[:], k[1:]) < 0 {
		at++
	}
	for at > 0 && bytes.Compare(slots[at-1].rest[:], k[1:]) >= 0 {
		at--
	}
	return part, at, at < len(slots) && bytes.Equal(slots[at].rest[:], k[1:])
}

// Get gives the value of a key, to be read and changed until the next Put, or nil.
func (m *Map[V]) Get(k *Key) *V {
	part, at, found := m.find(k)
	if !found {
		return nil
	}
	return &(*part)[at].value
}

// Put gives the value of a key, to be read and changed until the next Put. It is zero if there was none.
func (m *Map[V]) Put(k *Key) *V {
	part, at, found := m.find(k)
	if !found {
		m.grow(part)
		*part = slices.Insert(*part, at, slot[V]{rest: [len(Key{}) - 1]byte(k[1:])})
	}
	return &(*part)[at].value
}

// grow makes room for one more, and for few others, up to what the allocator gives anyway.
func (m *Map[V]) grow(part *[]slot[V]) {
	if n := len(*part); n == cap(*part) {
		room := append([]slot[V](nil), make([]slot[V], n+n/16+2)...)
		*part = append(room[:0], *part...)
	}
}

// All yields every key with its value, in the order of the keys. The values may be changed, and nothing be put meanwhile.
func (m *Map[V]) All() iter.Seq2[Key, *V] {
	return func(yield func(Key, *V) bool) {
		for i := range m.parts {
			part := m.parts[i]
			for at := range part {
				k := Key{byte(i >> (partBits - 8))}
				copy(k[1:], part[at].rest[:])
				if !yield(k, &part[at].value) {
					return
				}
			}
		}
	}
}
