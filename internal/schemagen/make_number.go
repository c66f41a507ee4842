package schemagen

import "math/big"

const (
	numberTries = 60
	// smallRange is the number of values up to which all of them are tried.
	smallRange = 1000
	// numberCost weighs exact arithmetic against a step of checking.
	numberCost = 4
)

func (g *generator) makeNumber(sc scope, gl goal, flat []*node, integer bool) (*value, error) {
	l := planNumber(gl, flat, integer)
	if l.low != nil && l.high != nil && l.low.Cmp(l.high) > 0 {
		return nil, fail(l.at, l.keyword, "leaves no number between the bounds; keep the lower one below the upper one")
	}
	for _, source := range g.numberSources(sc, l) {
		for candidate := range source {
			if !g.budget.spend(numberCost) {
				break
			}
			n, ok := decimalNumber(candidate)
			if v := numberValue(n); ok && g.fits(gl, v) {
				return v, nil
			}
		}
	}
	return nil, fail(l.at, l.keyword, "no number was found that satisfies all keywords; loosen them")
}

// numberSources goes from what is plausible to what is left: a range too
// narrow for round numbers still has its ends and its middle.
func (g *generator) numberSources(sc scope, l limits) []func(yield func(*big.Rat) bool) {
	whole := l.count()
	usual := whole.narrowed(sc.name)
	random := func(yield func(*big.Rat) bool) {
		for range numberTries {
			if usual.empty() || !yield(usual.random(g.rng)) {
				return
			}
		}
	}
	every := func(yield func(*big.Rat) bool) {
		for i := range int64(smallRange) {
			if candidate := whole.nth(i); candidate == nil || !yield(candidate) {
				return
			}
		}
	}
	corners := func(yield func(*big.Rat) bool) {
		for _, candidate := range l.corners() {
			if !yield(candidate) {
				return
			}
		}
	}
	return []func(yield func(*big.Rat) bool){random, every, corners}
}
