package schemagen

import (
	"math"
	"math/big"
	"math/rand/v2"
)

// numberRange holds the multiples of step from first to last, both counted in
// steps; a nil end is open.
type numberRange struct {
	step        *big.Rat
	first, last *big.Int
	at          string
	keyword     string // the one to blame when nothing fits
}

// limits are the bounds of a plan before they are counted in steps.
type limits struct {
	low, high         *big.Rat
	openLow, openHigh bool
	step              *big.Rat
	at, keyword       string
}

func planNumber(gl goal, flat []*node, integer bool) (numberRange, error) {
	l := limits{at: gl.at(), keyword: "type"}
	if integer {
		l.step = big.NewRat(1, 1)
	}
	for _, n := range flat {
		l.raise(n, n.minimum, "minimum", false)
		l.raise(n, n.exclusiveMinimum, "exclusiveMinimum", true)
		l.lower(n, n.maximum, "maximum", false)
		l.lower(n, n.exclusiveMaximum, "exclusiveMaximum", true)
	}
	for _, n := range flat {
		if n.multipleOf != nil {
			l.step = commonMultiple(l.step, n.multipleOf.exact)
			l.at, l.keyword = n.at, "multipleOf"
		}
	}
	if l.low != nil && l.high != nil && l.low.Cmp(l.high) > 0 {
		return numberRange{}, fail(l.at, l.keyword, "leaves no number between the bounds; keep the lower one below the upper one")
	}
	if l.step == nil {
		l.step = l.grain()
	}
	r := l.count()
	if r.first != nil && r.last != nil && r.first.Cmp(r.last) > 0 {
		return r, fail(l.at, l.keyword, "leaves no number between the bounds; widen them")
	}
	return r, nil
}

func (l *limits) raise(n *node, bound *number, keyword string, open bool) {
	if bound == nil {
		return
	}
	if l.low != nil {
		if order := bound.exact.Cmp(l.low); order < 0 || order == 0 && !open {
			return
		}
	}
	l.low, l.openLow = bound.exact, open
	l.at, l.keyword = n.at, keyword
}

func (l *limits) lower(n *node, bound *number, keyword string, open bool) {
	if bound == nil {
		return
	}
	if l.high != nil {
		if order := bound.exact.Cmp(l.high); order > 0 || order == 0 && !open {
			return
		}
	}
	l.high, l.openHigh = bound.exact, open
	l.at, l.keyword = n.at, keyword
}

// commonMultiple is the smallest number that both steps divide.
func commonMultiple(a, b *big.Rat) *big.Rat {
	if a == nil {
		return b
	}
	gcd := new(big.Int).GCD(nil, nil, a.Num(), b.Num())
	lcm := new(big.Int).Mul(a.Num(), new(big.Int).Quo(b.Num(), gcd))
	return new(big.Rat).SetFrac(lcm, new(big.Int).GCD(nil, nil, a.Denom(), b.Denom()))
}

// grain is a step for fractions that nobody prescribed: hundredths, or finer
// where the bounds are close.
func (l *limits) grain() *big.Rat {
	hundredth := big.NewRat(1, 100)
	if l.low == nil || l.high == nil {
		return hundredth
	}
	if l.low.Cmp(l.high) == 0 {
		return single0(l.low)
	}
	width, _ := new(big.Rat).Sub(l.high, l.low).Float64()
	if width >= 0.1 || width == 0 {
		return hundredth
	}
	digits := int64(math.Ceil(-math.Log10(width))) + 1
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), power)
}
