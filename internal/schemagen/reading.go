package schemagen

import (
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// reading is one way to understand a schema. Validators disagree on two
// points: whether numbers are exact or floats, and whether format is asserted.
// Answers are checked under both readings, so they pass either kind.
type reading struct {
	exact  bool
	budget *budget
}

func (r reading) whole(n number) bool {
	if r.exact {
		return n.exact.IsInt()
	}
	return n.float == math.Trunc(n.float)
}

func (r reading) compare(a, b number) int {
	if r.exact {
		return a.exact.Cmp(b.exact)
	}
	switch {
	case a.float < b.float:
		return -1
	case a.float > b.float:
		return 1
	}
	return 0
}

func (r reading) multiple(n, of number) bool {
	if r.exact {
		return new(big.Rat).Quo(n.exact, of.exact).IsInt()
	}
	quotient := n.float / of.float
	return quotient == math.Trunc(quotient) && !math.IsInf(quotient, 0)
}

func (r reading) typeOf(v *value) typeSet {
	switch v.kind {
	case kindBoolean:
		return typeBoolean
	case kindNumber:
		if r.whole(v.number) {
			return typeInteger
		}
		return typeNumber
	case kindText:
		return typeText
	case kindArray:
		return typeArray
	case kindObject:
		return typeObject
	}
	return typeNull
}

func (r reading) equal(a, b *value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case kindBoolean:
		return a.truth == b.truth
	case kindNumber:
		return r.compare(a.number, b.number) == 0
	case kindText:
		return a.text == b.text
	case kindArray:
		return r.equalItems(a.items, b.items)
	case kindObject:
		return r.equalMembers(a, b)
	}
	return true
}

func (r reading) equalItems(a, b []*value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !r.equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func (r reading) equalMembers(a, b *value) bool {
	if len(a.members) != len(b.members) {
		return false
	}
	for _, m := range a.members {
		other, ok := b.index[m.name]
		if !ok || !r.equal(m.value, other) {
			return false
		}
	}
	return true
}

// distinct compares by a canonical spelling, because arrays can be long.
func (r reading) distinct(items []*value) bool {
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		spelling := r.canonical(item)
		if seen[spelling] {
			return false
		}
		seen[spelling] = true
	}
	return true
}

// canonical spells equal values alike.
func (r reading) canonical(v *value) string {
	switch v.kind {
	case kindNumber:
		if r.exact {
			return v.number.exact.RatString()
		}
		return strconv.FormatFloat(v.number.float, 'g', -1, 64)
	case kindArray:
		parts := make([]string, 0, len(v.items))
		for _, item := range v.items {
			parts = append(parts, r.canonical(item))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case kindObject:
		parts := make([]string, 0, len(v.members))
		for _, m := range v.members {
			parts = append(parts, strconv.Quote(m.name)+":"+r.canonical(m.value))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case kindText:
		return strconv.Quote(v.text)
	}
	return string(encode(v))
}
