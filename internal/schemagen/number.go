package schemagen

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// number keeps what was written, its exact value, and what a reader that
// stores floats makes of it. Validators differ in which of the last two they
// compute with.
type number struct {
	literal string
	exact   *big.Rat
	float   float64
}

// longestLiteral bounds the digits that exact arithmetic has to carry.
const longestLiteral = 400

func parseNumber(literal string) (number, error) {
	outOfRange := errors.New("number does not fit a 64-bit float; use one that does")
	if len(literal) > longestLiteral {
		return number{}, outOfRange
	}
	float, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return number{}, outOfRange
	}
	if float == 0 {
		return zero(literal, outOfRange)
	}
	exact, ok := new(big.Rat).SetString(literal)
	if !ok {
		return number{}, outOfRange
	}
	return number{literal: literal, exact: exact, float: float}, nil
}

// zero keeps exponents away from exact arithmetic: 0e999999999 is short to
// write and long to expand.
func zero(literal string, underflow error) (number, error) {
	mantissa, _, _ := strings.Cut(strings.ToLower(literal), "e")
	if strings.ContainsAny(mantissa, "123456789") {
		return number{}, underflow
	}
	return number{literal: literal, exact: new(big.Rat)}, nil
}

// decimalNumber spells r without an exponent. It fails for a fraction that no
// finite decimal equals and for one too large for a float.
func decimalNumber(r *big.Rat) (number, bool) {
	digits, finite := r.FloatPrec()
	if !finite {
		return number{}, false
	}
	n, err := parseNumber(r.FloatString(digits))
	return n, err == nil
}
