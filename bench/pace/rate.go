package pace

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is how many requests a second are due, as a function of time: a constant, a ramp from one rate to another, or steps.
// The zero value is no rate and is refused.
type Rate struct {
	rates []float64
	// over is how long a ramp or a step lasts; 0 for a constant. A ramp has two rates and stays at the second.
	over time.Duration
	ramp bool
}

// mostRate keeps differences of times above the resolution of a duration.
const mostRate = 1e6

// Constant is always the same rate.
func Constant(perSecond float64) Rate { return Rate{rates: []float64{perSecond}} }

// Ramp rises or falls evenly from one rate to another over a time, and stays there.
func Ramp(from, to float64, over time.Duration) Rate {
	return Rate{rates: []float64{from, to}, over: over, ramp: true}
}

// Steps holds each rate for a time, one after the other, and then ends.
func Steps(each time.Duration, perSecond ...float64) Rate { return Rate{rates: perSecond, over: each} }

// Steps gives the rates of the steps, and how long each lasts; a rate that has none is one step without end (0).
func (r Rate) Steps() ([]float64, time.Duration) {
	if r.ramp {
		return r.rates[1:], 0
	}
	return r.rates, r.over
}

// Lasts is when the rate ends, 0 if it does not.
func (r Rate) Lasts() time.Duration {
	if r.ramp {
		return 0
	}
	return time.Duration(len(r.rates)) * r.over
}

func (r Rate) check() error {
	var faults []error
	if len(r.rates) == 0 {
		faults = append(faults, errors.New("rate: give at least one, in requests per second"))
	}
	for i, x := range r.rates {
		if least := r.ramp && i == 0; !(x > 0 || least && x == 0) || x > mostRate {
			faults = append(faults, fmt.Errorf("rate %v: must be above 0 and at most a million requests per second", x))
		}
	}
	if r.over < 0 || r.over == 0 && (r.ramp || len(r.rates) > 1) {
		faults = append(faults, fmt.Errorf("rate over %v: give the time that a ramp or a step lasts", r.over))
	}
	return errors.Join(faults...)
}

// due is when so many requests have become due, and in which step; false after the end.
func (r Rate) due(count float64) (at time.Duration, step int, more bool) {
	if r.ramp {
		return r.dueInRamp(count), 0, true
	}
	begun := 0.0
	for i, rate := range r.rates {
		if r.over == 0 {
			return seconds(count / rate), 0, true
		}
		if whole := rate * r.over.Seconds(); count-begun >= whole {
			begun += whole
			continue
		}
		return time.Duration(i)*r.over + seconds((count-begun)/rate), i, true
	}
	return 0, 0, false
}

// dueInRamp solves count = from·t + (to−from)·t²/(2·over) for t, in the form that does not cancel out where the rates are
// close to each other.
func (r Rate) dueInRamp(count float64) time.Duration {
	from, to, over := r.rates[0], r.rates[1], r.over.Seconds()
	if whole := (from + to) / 2 * over; count > whole {
		return r.over + seconds((count-whole)/to)
	}
	growth := (to - from) / over
	root := math.Sqrt(max(0, from*from+2*growth*count))
	if from+root == 0 {
		return 0
	}
	return seconds(2 * count / (from + root))
}

// seconds brings a time into the range of a duration.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(math.Round(s * 1e9))
}

// ParseRate reads a rate in requests per second: "20", a ramp "1..50/30s", or steps "10,20,40/1m".
func ParseRate(s string) (Rate, error) {
	list, over, timed := strings.Cut(strings.TrimSpace(s), "/")
	r := Rate{}
	separator := ","
	if r.ramp = strings.Contains(list, ".."); r.ramp {
		separator = ".."
	}
	faults := []error{}
	for text := range strings.SplitSeq(list, separator) {
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			faults = append(faults, fmt.Errorf("%q is no number", text))
		}
		r.rates = append(r.rates, x)
	}
	if timed {
		var err error
		if r.over, err = time.ParseDuration(strings.TrimSpace(over)); err != nil {
			faults = append(faults, fmt.Errorf("%q is no duration", over))
		}
	}
	if r.ramp && len(r.rates) != 2 {
		faults = append(faults, errors.New("a ramp has two rates"))
	}
	if len(faults) == 0 {
		faults = append(faults, r.check())
	}
	if err := errors.Join(faults...); err != nil {
		return Rate{}, fmt.Errorf("rate %q: write requests per second as 20, 1..50/30s for a ramp or 10,20,40/1m for steps: %w", s, err)
	}
	return r, nil
}

// String gives the rate in the form that ParseRate reads.
func (r Rate) String() string {
	texts := make([]string, len(r.rates))
	for i, x := range r.rates {
		texts[i] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	separator := ","
	if r.ramp {
		separator = ".."
	}
	text := strings.Join(texts, separator)
	if r.over > 0 {
		text += "/" + r.over.String()
	}
	return text
}

// Given reports that it is a rate, not the zero value.
func (r Rate) Given() bool { return len(r.rates) > 0 }
