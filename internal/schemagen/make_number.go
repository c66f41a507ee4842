package schemagen

import (
	"math/big"
)

const (
	numberTries = 60
	// smallRange is the number of values up to which all of them are tried.
	smallRange = 1000
)

func (g *generator) makeNumber(sc scope, gl goal, flat []*node, integer bool) (*value, error) {
	r, problem := planNumber(gl, flat, integer)
	if problem != nil {
		return nil, problem
	}
	usual := r.narrowed(sc.name)
	for try := range numberTries + smallRange {
		if !g.budget.spend(1) {
			break
		}
		var exact *big.Rat
		if try < numberTries {
			exact = usual.random(g.rng)
		} else if exact = r.nth(int64(try - numberTries)); exact == nil {
			break
		}
		n, ok := decimalNumber(exact)
		if !ok {
			continue
		}
		if v := numberValue(n); g.fits(gl, v) {
			return v, nil
		}
	}
	return nil, fail(r.at, r.keyword, "no number was found that satisfies all keywords; loosen them")
}
