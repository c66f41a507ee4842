package limits

import (
	"math"
	"time"
)

// Shape is how an allowance comes back.
type Shape string

// The shapes.
const (
	// Bucket refills all the time.
	Bucket Shape = "bucket"
	// Fixed is a window that starts afresh as a whole.
	Fixed Shape = "fixed window"
	// Sliding counts what was used in the time just past.
	Sliding Shape = "sliding window"
)

// windows are the lengths of windows that providers have.
var windows = []time.Duration{time.Second, 10 * time.Second, time.Minute}

// fit is an explanation of a log: a kind of limit that may have answered like that, and what its numbers may be.
type fit struct {
	charge    Charge
	shape     Shape
	window    time.Duration // of a window
	perMinute Bounds
	burst     Bounds
}

// every is what may be thought of before anything is known.
func every(charges ...Charge) (list []fit) {
	for _, c := range charges {
		anything := Bounds{0, math.Inf(1)}
		list = append(list, fit{c, Bucket, 0, anything, anything})
		for _, length := range windows {
			list = append(list, fit{c, Fixed, length, anything, anything}, fit{c, Sliding, length, anything, anything})
		}
	}
	return list
}

// explain keeps the explanations that fit a log, which begins with the limit unused. What is not among them has not happened, as
// long as nobody else uses the limit. A log that has grown leaves less possible, never more.
func explain(before []fit, log []probe) (list []fit) {
	if len(log) == 0 {
		return before
	}
	adders := map[Charge]*sums{}
	for _, f := range before {
		if adders[f.charge] == nil {
			adders[f.charge] = newSums(log, f.charge)
		}
		if f.fitTo(log, adders[f.charge]) {
			list = append(list, f)
		}
	}
	return list
}

// fitTo narrows an explanation down to a log, and reports that it is possible.
func (f *fit) fitTo(log []probe, s *sums) (ok bool) {
	switch f.shape {
	case Bucket:
		b, possible := newTrack(log, f.charge).fitBucket(f.perMinute.times(1. / 60))
		f.perMinute, f.burst = b.rate.times(60), b.size
		return possible
	case Fixed:
		f.burst, ok = fitFixed(log, f.charge, f.window, s)
	case Sliding:
		w := window{length: f.window}
		f.burst, ok = w.fit(log, f.charge, s)
	}
	f.perMinute = f.burst.times(1 / f.window.Minutes())
	return ok
}

// bucket is a fit in the terms of a bucket: a window comes back as a whole after its length at the latest.
func (f *fit) bucket() bucket { return bucket{f.perMinute.times(1. / 60), f.burst} }

// full is how long it takes at most until everything is back.
func (f *fit) full() time.Duration {
	if f.shape == Bucket {
		return f.bucket().fill()
	}
	return f.window + f.window/60
}

// held is the time of which many buckets hold what comes back: a second, ten, or a minute; 0 if it is none of them.
func (f *fit) held() time.Duration {
	if f.shape != Bucket {
		return f.window
	}
	for _, d := range windows {
		if worth := f.perMinute.times(d.Minutes()); f.burst.Low <= worth.High && worth.Low <= f.burst.High {
			return d
		}
	}
	return 0
}

// likely is the best guess within the bounds: that a bucket holds what comes back in a usual time makes each of the two figures
// more exact by the other.
func (f *fit) likely() (perMinute, burst float64) {
	d := f.held()
	if f.shape != Bucket || d == 0 {
		return f.perMinute.Middle(), f.burst.Middle()
	}
	worth := f.burst.times(1 / d.Minutes())
	both := Bounds{max(f.perMinute.Low, worth.Low), min(f.perMinute.High, worth.High)}
	return both.Middle(), both.Middle() * d.Minutes()
}
