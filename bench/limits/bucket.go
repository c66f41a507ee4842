package limits

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// track is a log as a limit sees it: beginnings and ends of probes in order of time, each with what it takes.
type track struct {
	events []event
	// total is all that was used, which no bucket needs to be larger than, rounding what arithmetic may lose of it.
	total, rounding float64
	// largest is the largest single need, which the bucket has room for.
	largest float64
}

type event struct {
	at  float64 // seconds
	end bool
	*entry
}

type entry struct {
	cost
	admitted      bool
	flight, spare float64 // seconds under way; what a pass notes at the beginning for the end
	mark          float64
}

func newTrack(log []probe, c Charge) track {
	t := track{events: make([]event, 0, 2*len(log))}
	for i := range log {
		p := &log[i]
		e := &entry{cost: c.of(p), admitted: p.admitted, flight: (p.done - p.sent).Seconds()}
		t.events = append(t.events, event{p.sent.Seconds(), false, e}, event{p.done.Seconds(), true, e})
		t.total += max(e.held, e.used)
		if e.admitted {
			t.largest = max(t.largest, e.need)
		}
	}
	// At the same moment beginnings come first: which of those probes the provider saw first is not known.
	slices.SortStableFunc(t.events, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), order(a.end, b.end)) })
	t.rounding = rounding * t.total
	return t
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// rounding is the share of what was used that arithmetic may lose.
const rounding = 1e-7

// admits reports that a bucket with a rate per second and a size, full at first, may have let through what was let through.
// It follows the most that can be in the bucket: a probe takes when it is back at the latest, and a refusal tells that less
// was there than was needed.
func (t track) admits(rate, size float64) bool {
	most, last := size, t.events[0].at
	var pending, debtBegun, debtEnded float64 // of probes under way; what takes more than it needs, so far
	for _, e := range t.events {
		most = min(most+rate*(e.at-last), size+pending) // what is under way may be taken already, and its room refilled
		last = e.at
		switch {
		case !e.end:
			pending += e.used
			debtBegun += e.debt
			e.spare = debtEnded
			if e.admitted && most+rate*e.flight < e.need-t.rounding {
				return false
			}
			continue
		case e.admitted && most-e.used < -(debtBegun-e.spare)-t.rounding:
			return false
		case !e.admitted:
			most = min(most, e.need+rate*e.flight+pending)
		}
		most -= e.used
		pending -= e.used
		debtEnded += e.debt
	}
	return true
}

// refuses reports that a bucket which holds that much at least may have refused what was refused. It follows the least that
// can be in it: a probe takes as it begins, and refill is lost while the bucket may be full.
func (t track) refuses(rate, size float64) bool {
	least, last := size, t.events[0].at
	var pending, begun float64
	for _, e := range t.events {
		least = min(least+rate*(e.at-last), size-pending)
		last = e.at
		switch {
		case !e.end && e.admitted:
			least -= e.held
			pending += e.held
			begun += e.held
		case !e.end:
			e.mark = least + begun // from which what begins meanwhile is taken off
			least -= e.used
			begun += e.used
		case e.admitted:
			pending -= e.held
			least += e.held - e.used
		case e.mark-(begun-e.used) >= e.need+t.rounding:
			return false
		}
	}
	return true
}

// bucket is what is possible of a bucket: rates per second, and sizes.
type bucket struct{ rate, size Bounds }

// briefest is the shortest time of which a bucket holds what comes back: with smaller ones at a great rate everything could be
// explained by chance in the network.
const briefest = 0.25

// Rates are tried one after the other at a distance, as a logarithm, and no fewer than some.
const stride, strides = 0.1, 8

// fitBucket finds which buckets may have answered like that, at rates within bounds; none, if it was no bucket. The slower a
// bucket is, the larger it must have been to let through what it did, and the larger it may have been for what it refused:
// rates at which the one is not more than the other are possible. Slow ones may be and fast ones, and none between them.
func (t track) fitBucket(within Bounds) (b bucket, ok bool) {
	if t.total == 0 {
		return b, false
	}
	least := math.Log(t.total / 1e6)
	start := max(least, math.Log(within.Low))
	end := math.Log(min(within.High, 2*t.total/briefest))
	gap := func(x float64) float64 { return t.gap(math.Exp(x)) }
	if impossible := func(x float64) bool { return math.IsInf(gap(x), -1) }; impossible(end) {
		return b, false
	} else if impossible(start) {
		_, start = boundary(start, end, impossible)
	}
	low, high, ok := span(start, end, gap)
	if !ok {
		return b, false
	}
	b.rate = Bounds{math.Exp(low), math.Exp(high)}
	b.size = Bounds{t.smallest(b.rate.High), t.biggest(b.rate.Low)}
	if low <= least {
		b.rate.Low = 0
	}
	return b, true
}

// span is from the first to the last place where f is not negative, peaks between the places tried included.
func span(from, to float64, f func(float64) float64) (low, high float64, ok bool) {
	possible := func(x float64) bool { return f(x) >= 0 }
	step := min(stride, (to-from)/strides)
	before, here := math.Inf(-1), f(from)
	for x := from; x <= to+step/2; x += step {
		after := math.Inf(-1)
		if x+step <= to+step/2 {
			after = f(x + step)
		}
		at, found := x, here >= 0
		if !found && here >= before && here >= after {
			at, found = top(max(from, x-step), min(to, x+step), f)
		}
		if found && !ok {
			low, ok = edge(at, max(from, x-step), possible), true
		}
		if found {
			high = edge(at, min(to, x+step), possible)
		}
		before, here = here, after
	}
	return low, high, ok
}

// edge is how far it is possible from a place where it is towards another.
func edge(at, towards float64, possible func(float64) bool) float64 {
	if possible(towards) {
		return towards
	}
	in, _ := boundary(at, towards, possible)
	return in
}

// top looks for such a place on a single hill.
func top(from, to float64, f func(float64) float64) (float64, bool) {
	for range halving {
		third := (to - from) / 3
		a, b := f(from+third), f(to-third)
		switch {
		case a >= 0:
			return from + third, true
		case b >= 0:
			return to - third, true
		case a < b:
			from += third
		default:
			to -= third
		}
	}
	return 0, false
}

// gap is by how much a bucket of a rate may be larger than it must be; below 0 there is none.
func (t track) gap(rate float64) float64 {
	size := t.smallest(rate)
	switch {
	case math.IsInf(size, 1):
		return math.Inf(-1)
	case t.refuses(rate, size):
		return 0
	}
	return t.biggest(rate) - size
}

// smallest is the least that a bucket of a rate must hold; infinite if no size is enough.
func (t track) smallest(rate float64) float64 {
	least := max(t.largest, rate*briefest)
	most := max(least, t.total)
	switch {
	case t.admits(rate, least):
		return least
	case !t.admits(rate, most):
		return math.Inf(1)
	}
	size, _ := boundary(most, least, func(size float64) bool { return t.admits(rate, size) })
	return size
}

// biggest is the most that a bucket of a rate may hold; infinite where nothing was refused that would bound it.
func (t track) biggest(rate float64) float64 {
	if t.refuses(rate, 2*t.total) {
		return math.Inf(1)
	}
	size, _ := boundary(0, 2*t.total, func(size float64) bool { return t.refuses(rate, size) })
	return size
}

// fill is how long a bucket takes to be full, at the most.
func (b bucket) fill() time.Duration {
	if b.rate.Low == 0 || math.IsInf(b.size.High, 1) {
		return math.MaxInt64
	}
	return time.Duration(min(math.MaxInt64, b.size.High/b.rate.Low*float64(time.Second)))
}
