package bulk

import "encoding/binary"

// table has what is known of items, the first of each content, in 29 bytes each and a little room: a map would take up to twice
// as much, and there may be a million. Each of its parts grows by a quarter.
type table [256]struct {
	slots []slot
	used  int
}

// slot is an item; its status is 0 if it is empty.
type slot struct {
	key key
	known
}

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

// find returns the slot of a content, empty if there is none, or nil if there is no slot at all.
func (t *table) find(content *[16]byte) *slot {
	slots := t[content[0]].slots
	if len(slots) == 0 {
		return nil
	}
	// The bytes of a hash are as good as chance.
	at := int(uint64(binary.LittleEndian.Uint32(content[1:])) * uint64(len(slots)) >> 32)
	for slots[at].status != 0 && slots[at].key.content != *content {
		if at++; at == len(slots) {
			at = 0
		}
	}
	return &slots[at]
}

// put writes a slot, in place of that of the same content.
func (t *table) put(s slot) {
	part := &t[s.key.content[0]]
	old := t.find(&s.key.content)
	if old != nil && old.status != 0 {
		*old = s
		return
	}
	if part.used++; part.used*8 > len(part.slots)*7 {
		before := part.slots
		part.slots = make([]slot, len(before)+len(before)/4+8)
		for i := range before {
			if before[i].status != 0 {
				*t.find(&before[i].key.content) = before[i]
			}
		}
	}
	*t.find(&s.key.content) = s
}

// all calls f with every slot.
func (t *table) all(f func(*slot)) {
	for i := range t {
		for at := range t[i].slots {
			if s := &t[i].slots[at]; s.status != 0 {
				f(s)
			}
		}
	}
}
