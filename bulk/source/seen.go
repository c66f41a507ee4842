package source

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/seed63918563/llmgate/internal/dense"
)

// seen remembers IDs by 80 bits of their hash, and the line of each, from 1: 13 bytes an item, whatever the length of its ID. Among
// ten million different IDs two are taken for one with a chance of 4 in 10^11.
type seen struct{ lines dense.Map[[4]byte] }

// first returns the line on which the ID came first.
func (s *seen) first(id string, line int) int {
	sum := sha256.Sum256([]byte(id))
	key := dense.Key(sum[:])
	known := s.lines.Put(&key)
	if before := binary.LittleEndian.Uint32(known[:]); before != 0 {
		return int(before)
	}
	binary.LittleEndian.PutUint32(known[:], uint32(min(line, math.MaxUint32)))
	return line
}

// checkID makes the second item of an ID a fault.
func (s *Source) checkID(d *draft) {
	if before := s.seen.first(d.ID, d.Line); before != d.Line && d.Err == nil {
		d.Err = fault(d.idField, fmt.Sprintf("%q is taken by line %d; give each item its own", d.ID, before))
	}
}
