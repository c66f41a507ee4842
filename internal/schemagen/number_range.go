package schemagen

import (
	"math/big"
	"math/rand/v2"
)

// numberRange holds the multiples of step from first to last, both counted in
// steps; a nil end is open.
type numberRange struct {
	step        *big.Rat
	first, last *big.Int
}

func (l *limits) count() numberRange {
	r := numberRange{step: l.step}
	if l.low != nil {
		steps := new(big.Rat).Quo(l.low, l.step)
		r.first = ceiling(steps)
		if l.openLow && steps.IsInt() {
			r.first.Add(r.first, big.NewInt(1))
		}
	}
	if l.high != nil {
		steps := new(big.Rat).Quo(l.high, l.step)
		r.last = floor(steps)
		if l.openHigh && steps.IsInt() {
			r.last.Sub(r.last, big.NewInt(1))
		}
	}
	return r
}

// floor relies on Div rounding down for the positive denominators of Rat.
func floor(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom())
}

func ceiling(r *big.Rat) *big.Int {
	down := floor(new(big.Rat).Neg(r))
	return down.Neg(down)
}

func (r numberRange) empty() bool {
	return r.first != nil && r.last != nil && r.first.Cmp(r.last) > 0
}

// size is the number of values, cut off at a number that rng can take.
func (r numberRange) size() int64 {
	const most = 1 << 40
	if r.empty() {
		return 0
	}
	if r.first == nil || r.last == nil {
		return most
	}
	width := new(big.Int).Sub(r.last, r.first)
	if !width.IsInt64() || width.Int64() >= most {
		return most
	}
	return width.Int64() + 1
}

// narrowed keeps a range that the schema made small, and otherwise the part of
// it that is plausible for the name.
func (r numberRange) narrowed(name string) numberRange {
	const telling = 3 // fewer values than this say nothing about a name
	if r.size() <= smallRange {
		return r
	}
	if low, high, ok := numberHint(name); ok {
		if hinted := r.overlap(low, high); hinted.size() >= telling {
			return hinted
		}
	}
	if small := r.overlap(1, 100); small.size() >= telling {
		return small
	}
	width := big.NewInt(100)
	if r.first != nil {
		return numberRange{r.step, r.first, new(big.Int).Add(r.first, width)}
	}
	if r.last != nil {
		return numberRange{r.step, new(big.Int).Sub(r.last, width), r.last}
	}
	return numberRange{r.step, new(big.Int), width}
}

func (r numberRange) overlap(low, high int64) numberRange {
	first := ceiling(new(big.Rat).Quo(big.NewRat(low, 1), r.step))
	last := floor(new(big.Rat).Quo(big.NewRat(high, 1), r.step))
	if r.first != nil && r.first.Cmp(first) > 0 {
		first = r.first
	}
	if r.last != nil && r.last.Cmp(last) < 0 {
		last = r.last
	}
	return numberRange{r.step, first, last}
}

// random needs a range that has both ends and is not empty.
func (r numberRange) random(rng *rand.Rand) *big.Rat {
	return r.multiple(new(big.Int).Add(r.first, big.NewInt(rng.Int64N(r.size()))))
}

// nth counts from whichever end there is; nil means past the other end.
func (r numberRange) nth(i int64) *big.Rat {
	switch {
	case i >= r.size():
		return nil
	case r.first != nil:
		return r.multiple(new(big.Int).Add(r.first, big.NewInt(i)))
	case r.last != nil:
		return r.multiple(new(big.Int).Sub(r.last, big.NewInt(i)))
	}
	return r.multiple(big.NewInt(i))
}

func (r numberRange) multiple(steps *big.Int) *big.Rat {
	return new(big.Rat).Mul(new(big.Rat).SetInt(steps), r.step)
}
