package schemagen

import (
	"errors"
	"math"
	"strconv"
)

// usualRange is how far a number strays from the one bound it has, or from zero.
const usualRange = 100

// number picks a multiple of the step within the bounds: of multipleOf, else of 1 or of a hundredth.
func (g *generator) number(dst []byte, s *schema, whole bool) ([]byte, error) {
	step := 0.01
	if whole {
		step = 1
	}
	if s.MultipleOf != nil && *s.MultipleOf > 0 {
		step = *s.MultipleOf
		if whole && step != math.Trunc(step) {
			step = 1 // a whole multiple is left to trying
		}
	}
	low, high := bounds(s, step)
	if !whole && s.MultipleOf == nil && low <= high && high-low < step {
		return appendNumber(dst, low+(high-low)*g.rng.Float64()), nil
	}
	first, last := math.Ceil(low/step-1e-9), math.Floor(high/step+1e-9)
	if !(first <= last) || math.IsInf(first, 0) || math.IsInf(last, 0) {
		return nil, errors.New("no number fits the bounds")
	}
	n := first + math.Floor(g.rng.Float64()*(last-first+1))
	v := math.Min(n, last) * step
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64); err == nil && rounded >= low && rounded <= high {
		v = rounded // 0.30000000000000004 reads badly
	}
	if whole {
		return strconv.AppendFloat(dst, v, 'f', -1, 64), nil // 1e+06 is no integer to many readers
	}
	return appendNumber(dst, v), nil
}

func appendNumber(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'g', -1, 64) }

// bounds gives inclusive ones; where one is missing it is set at a usual distance from the other.
func bounds(s *schema, step float64) (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if s.Minimum != nil {
		low = *s.Minimum
	}
	if s.ExclusiveMinimum != nil {
		low = math.Max(low, after(*s.ExclusiveMinimum, step, s))
	}
	if s.Maximum != nil {
		high = *s.Maximum
	}
	if s.ExclusiveMaximum != nil {
		high = math.Min(high, -after(-*s.ExclusiveMaximum, step, s))
	}
	span := usualRange * math.Max(step, 0.01)
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return 0, span
	case math.IsInf(low, -1):
		return high - span, high
	case math.IsInf(high, 1):
		return low, low + span
	}
	return low, high
}

// after is a number that an exclusive bound allows: half a step beyond it, or closer where the other bound is near.
func after(limit, step float64, s *schema) float64 {
	room := math.Inf(1)
	for _, other := range []*float64{s.Minimum, s.Maximum, s.ExclusiveMinimum, s.ExclusiveMaximum} {
		if other != nil && math.Abs(*other) != math.Abs(limit) {
			room = math.Min(room, math.Abs(math.Abs(*other)-math.Abs(limit)))
		}
	}
	return math.Max(limit+math.Min(step/2, room/4), math.Nextafter(limit, math.Inf(1)))
}
