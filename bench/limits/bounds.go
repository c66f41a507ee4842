package limits

import "math"

// Bounds are what is known of a quantity: it is neither below Low nor above High.
type Bounds struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Middle is the best guess.
func (b Bounds) Middle() float64 { return (b.Low + b.High) / 2 }

// Error is how far off the middle may be, as a share of it; infinite where nothing is known.
func (b Bounds) Error() float64 {
	if math.IsInf(b.High, 1) || b.High <= 0 {
		return math.Inf(1)
	}
	return (b.High - b.Low) / (b.High + b.Low)
}

// Holds reports that x is possible.
func (b Bounds) Holds(x float64) bool { return b.Low <= x && x <= b.High }

func (b Bounds) times(x float64) Bounds { return Bounds{b.Low * x, b.High * x} }

// hull is the least that holds both.
func (b Bounds) hull(o Bounds) Bounds { return Bounds{min(b.Low, o.Low), max(b.High, o.High)} }

// halving is the number of steps of a search by halves: more than a float64 can tell apart is not worth the time.
const halving = 22

// boundary halves the way between a place where something holds and one where it does not. Both results are close to the
// boundary, each on its side.
func boundary(holds, not float64, test func(float64) bool) (in, out float64) {
	for range halving {
		middle := (holds + not) / 2
		if test(middle) {
			holds = middle
		} else {
			not = middle
		}
	}
	return holds, not
}
