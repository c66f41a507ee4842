package schemagen

import (
	"math"
	"math/big"
)

// limits is what the schemas of a plan say together about a number.
type limits struct {
	low, high         *big.Rat
	openLow, openHigh bool
	step              *big.Rat
	at, keyword       string // the one to blame when nothing fits
}

func planNumber(gl goal, flat []*node, integer bool) limits {
	var l limits
	l.at, l.keyword = crux(gl, flat)
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
	if l.step == nil {
		l.step = l.grain()
	}
	return l
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

// grain is the step for fractions that nobody prescribed: hundredths, or finer
// where the bounds are close.
func (l *limits) grain() *big.Rat {
	hundredth := big.NewRat(1, 100)
	if l.low == nil || l.high == nil {
		return hundredth
	}
	width, _ := new(big.Rat).Sub(l.high, l.low).Float64()
	if width >= 0.1 || width <= 0 {
		return hundredth
	}
	digits := int64(math.Ceil(-math.Log10(width))) + 1
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), power)
}

// corners are the ends and the middle, whether they are multiples or not; the
// check sorts out those that are not.
func (l *limits) corners() []*big.Rat {
	var all []*big.Rat
	for _, end := range []*big.Rat{l.low, l.high} {
		if end != nil {
			all = append(all, end)
		}
	}
	if len(all) == 2 {
		sum := new(big.Rat).Add(l.low, l.high)
		all = append(all, sum.Quo(sum, big.NewRat(2, 1)))
	}
	return all
}
