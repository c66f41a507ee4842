package request

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in billionths of a US dollar. Integer arithmetic on it is exact; the range is ± 9.2 billion dollars.
type Money int64

// Units, to write amounts with: 20 * Dollar.
const (
	Dollar Money = 1_000_000_000
	Cent   Money = Dollar / 100
)

// moneyDigits is the number of decimal places of a dollar that Money holds.
const moneyDigits = 9

// USD converts an amount in dollars, rounding to the nearest billionth, half to even. Amounts out of range, and NaN,
// become the nearest bound (NaN: zero).
func USD(dollars float64) Money {
	n := math.RoundToEven(dollars * float64(Dollar))
	switch {
	case math.IsNaN(n):
		return 0
	case n >= math.MaxInt64:
		return math.MaxInt64
	case n <= math.MinInt64:
		return math.MinInt64
	}
	return Money(n)
}

// USD returns the amount in dollars, rounded to a float64.
func (m Money) USD() float64 { return float64(m) / float64(Dollar) }

// String gives the exact amount with at least two decimals: "$12.50", "-$0.000075".
func (m Money) String() string {
	if m < 0 {
		return "-$" + string(m.AppendDecimal(nil))[1:]
	}
	return "$" + string(m.AppendDecimal(nil))
}

// AppendDecimal appends the exact amount in dollars, a JSON number without trailing zeros, but with at least two decimals.
func (m Money) AppendDecimal(dst []byte) []byte {
	units := uint64(m)
	if m < 0 {
		units = -units
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, units/uint64(Dollar), 10)
	point := len(dst)
	dst = strconv.AppendUint(dst, units%uint64(Dollar)+uint64(Dollar), 10)
	dst[point] = '.' // in place of the leading 1, which kept the zeros behind it
	for len(dst)-point > 3 && dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// MarshalJSON writes the exact amount in dollars as a JSON number.
func (m Money) MarshalJSON() ([]byte, error) { return m.AppendDecimal(nil), nil }

// UnmarshalJSON reads dollars from a JSON number, or from a string as ParseMoney takes it.
func (m *Money) UnmarshalJSON(b []byte) error {
	text := string(b)
	if text == "null" {
		return nil
	}
	if len(b) > 1 && b[0] == '"' {
		s, err := strconv.Unquote(text)
		if err != nil {
			return fmt.Errorf("amount %s: %w", text, err)
		}
		text = s
	}
	parsed, err := ParseMoney(text)
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// ParseMoney reads an amount in dollars: "12.5", "$12.50", "20usd", "1.5e-06". Digits beyond a billionth are rounded, half
// to even. It fails on anything else and on amounts out of range.
func ParseMoney(s string) (Money, error) {
	text := strings.TrimSpace(s)
	if n := len(text); n >= 3 && strings.EqualFold(text[n-3:], "usd") {
		text = strings.TrimSpace(text[:n-3])
	}
	negative := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "-"), "$")
	units, err := parseDecimal(text)
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w; write dollars like 12.50, $12.50 or 20usd", s, err)
	}
	if negative {
		return -units, nil
	}
	return units, nil
}

var (
	errAmountSyntax = errors.New("not a number")
	errAmountRange  = errors.New("out of range")
)

// parseDecimal reads unsigned decimal text, with an optional exponent, into billionths.
func parseDecimal(text string) (Money, error) {
	mantissa, exponent, err := cutExponent(text)
	if err != nil {
		return 0, err
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, errAmountSyntax
	}
	return scaleDigits(digits, exponent-len(frac)+moneyDigits)
}

func cutExponent(text string) (mantissa string, exponent int, err error) {
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		return text, 0, nil
	}
	exponent, err = strconv.Atoi(text[i+1:])
	if err != nil || exponent > 1000 || exponent < -1000 {
		return "", 0, errAmountSyntax
	}
	return text[:i], exponent, nil
}

// scaleDigits returns digits × 10^shift, rounded half to even.
func scaleDigits(digits string, shift int) (Money, error) {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, nil
	}
	if len(digits)+shift > 19 {
		return 0, errAmountRange
	}
	if shift >= 0 {
		return parseUnits(digits + strings.Repeat("0", shift))
	}
	keep := len(digits) + shift
	if keep < 0 {
		return 0, nil
	}
	units, err := parseUnits("0" + digits[:keep])
	switch {
	case err != nil || !roundsUp(digits[keep:], units%2 != 0):
		return units, err
	case units == math.MaxInt64:
		return 0, errAmountRange
	}
	return units + 1, nil
}

// roundsUp decides, half to even, whether a dropped tail of digits carries into the last digit kept.
func roundsUp(tail string, odd bool) bool {
	if tail[0] != '5' {
		return tail[0] > '5'
	}
	return odd || strings.Trim(tail[1:], "0") != ""
}

func parseUnits(digits string) (Money, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, errAmountRange
	}
	return Money(n), nil
}
