package report

import (
	"fmt"
	"math"
	"strconv"
)

// axis maps values to places of a drawing.
type axis struct {
	low, high float64
	log       bool
	// from and to are the places of low and high.
	from, to float64
}

func (a axis) at(x float64) float64 {
	low, high := a.low, a.high
	if a.log {
		x, low, high = math.Log(max(x, low)), math.Log(low), math.Log(high)
	}
	if high <= low {
		return a.from
	}
	return a.from + (a.to-a.from)*(min(x, high)-low)/(high-low)
}

// tick is a labelled place of an axis.
type tick struct {
	At    float64
	Label string
}

// ticks are round numbers: about so many on a plain axis; on a logarithmic one 1, 2 and 5 of each power of ten, or, where
// these are too many, the powers alone.
func (a axis) ticks(about int, label func(float64) string) (list []tick) {
	if a.log {
		return a.logTicks(about, label)
	}
	step := niceStep((a.high - a.low) / float64(about))
	for i := math.Ceil(a.low / step); i*step <= a.high*1.0001; i++ {
		list = append(list, tick{a.at(i * step), label(i * step)})
	}
	return list
}

func (a axis) logTicks(about int, label func(float64) string) (list []tick) {
	digits := []float64{1, 2, 5}
	decades := math.Log10(a.high / a.low)
	if 3*decades > float64(2*about) {
		digits = digits[:1]
	}
	for power := math.Floor(math.Log10(a.low)); power <= math.Log10(a.high); power++ {
		for _, digit := range digits {
			if x := digit * math.Pow(10, power); x >= a.low*0.999 && x <= a.high*1.001 {
				list = append(list, tick{a.at(x), label(x)})
			}
		}
	}
	return list
}

// clockTicks are whole seconds, minutes or hours.
func (a axis) clockTicks() (list []tick) {
	step := niceStep((a.high - a.low) / 8)
	for _, s := range []float64{10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200} {
		if step > 5 && s >= (a.high-a.low)/8 {
			step = s
			break
		}
	}
	for x := max(1, step) * math.Ceil(a.low/max(1, step)); x <= a.high; x += max(1, step) {
		list = append(list, tick{a.at(x), clockLabel(x)})
	}
	return list
}

// niceStep is the next 1, 2 or 5 times a power of ten.
func niceStep(least float64) float64 {
	if !(least > 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= least*0.999 {
			return digit * power
		}
	}
	return 10 * power
}

// niceTop is a round number to end an axis at.
func niceTop(most float64) float64 {
	if !(most > 0) {
		return 1
	}
	step := niceStep(most / 4)
	return math.Ceil(most/step*0.999) * step
}

// The labels of axes, for numbers and for seconds.
func plainLabel(x float64) string {
	if x >= 1000 {
		return count(int64(x))
	}
	return trim(x)
}

func secondsLabel(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < 0.000999:
		return trim(x*1e6) + " µs"
	case x < 0.999:
		return trim(x*1e3) + " ms"
	}
	return trim(x) + " s"
}

func clockLabel(x float64) string {
	n := int(x)
	switch {
	case n < 60:
		return trim(x) + " s"
	case n < 3600:
		return fmt.Sprintf("%d:%02d", n/60, n%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
}

func percentLabel(x float64) string { return trim(100*x) + " %" }

func trim(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
