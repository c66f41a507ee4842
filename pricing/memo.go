package pricing

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
)

// The bounds of a memo: how many spellings, and how long each may be.
const (
	maxSpellings = 512
	maxSpelling  = 256
)

// memo remembers what spellings were found to mean, unknown ones too, so that each is taken apart once. A program uses few; once
// it is full, further ones are taken apart each time. Readers take no lock: every change makes a new map.
type memo struct {
	found  atomic.Pointer[map[key]int32]
	adding sync.Mutex
}

func (m *memo) get(k key) (i int32, known bool) {
	if found := m.found.Load(); found != nil {
		i, known = (*found)[k]
	}
	return i, known
}

// add keeps a copy of the spelling, which may be a piece of something large.
func (m *memo) add(k key, i int32) {
	if len(k.vendor)+len(k.name) > maxSpelling {
		return
	}
	m.adding.Lock()
	defer m.adding.Unlock()
	found := map[key]int32{}
	if old := m.found.Load(); old != nil {
		if len(*old) >= maxSpellings {
			return
		}
		found = maps.Clone(*old)
	}
	found[key{strings.Clone(k.vendor), strings.Clone(k.name)}] = i
	m.found.Store(&found)
}
