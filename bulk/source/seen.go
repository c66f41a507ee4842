package source

import (
	"crypto/sha256"
	"fmt"
	"math"
)

// seen remembers IDs by 96 bits of their hash, and the line of each: 16 bytes an item, whatever the length of its ID. Among a
// billion different IDs two are taken for one with a chance of 1 in 10^11.
type seen map[[12]byte]uint32

// first returns the line on which the ID came first.
func (s *seen) first(id string, line int) int {
	if *s == nil {
		*s = seen{}
	}
	sum := sha256.Sum256([]byte(id))
	key := [12]byte(sum[:])
	if before, ok := (*s)[key]; ok {
		return int(before)
	}
	(*s)[key] = uint32(min(line, math.MaxUint32))
	return line
}

// checkID makes the second item of an ID a fault.
func (s *Source) checkID(d *draft) {
	if before := s.seen.first(d.ID, d.Line); before != d.Line && d.Err == nil {
		d.Err = fault(d.idField, fmt.Sprintf("%q is taken by line %d; give each item its own", d.ID, before))
	}
}
