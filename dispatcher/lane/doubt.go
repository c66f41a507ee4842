package lane

import "time"

// doubt tells refusals of another cause from those for the rate, which come late in the probe band.
type doubt struct {
	early  int       // bursts that came in the lower half of the band, where none should, less those in the upper half
	brief  int       // of those, the ones with a brief wait, by twos
	before float64   // the rate when it was trusted last
	began  time.Time // that was then
	got    float64   // what was let through since
	served float64   // the highest rate that was let through for long, until a late burst contradicts it
}

const (
	// manyEarly bursts show that being slower does not help. A late one makes up for lateWeighs early ones.
	manyEarly, lateWeighs = 6, 3
	// A wait is brief if it is so small a share of the time that a request takes at the rate: what is missing for a request is as
	// likely nearly all of it as nearly nothing. Early bursts with manyBrief show that the rate is too low.
	briefShare, manyBrief = 1. / 16, 4
	// manyServed requests between two bursts are enough to tell a rate. One that is far below it grows so much faster.
	manyServed, farBelow, hurry = 60, 3, 12
)

// evidence is one burst of refusals: whether it was late in the band and its wait brief, at which rate, and what was let through
// since the burst before, in how many seconds.
type evidence struct {
	late, brief bool
	rate        float64
	items       int
	tokens      float64
	seconds     float64
}

// judge is the rate after a burst for which it would be lowered.
func (d *doubt) judge(now time.Time, e evidence, lowered float64) (rate float64) {
	d.note(e)
	switch {
	case d.brief >= manyBrief:
		rate = 2 * e.rate
	case d.early >= manyEarly:
		rate = min(2*d.before, 3*d.got/max(now.Sub(d.began).Seconds(), 1))
	case e.late:
		d.trust(now, lowered)
		return lowered
	default:
		return lowered
	}
	d.early, d.brief = 0, 0
	d.trust(now, rate)
	return rate
}

func (d *doubt) note(e evidence) {
	d.got += e.tokens
	switch {
	case !e.brief:
		d.brief = 0
	case e.late:
		d.brief = max(0, d.brief-1)
	default:
		d.brief += 2
	}
	d.early++
	if e.late {
		d.early, d.served = max(0, d.early-lateWeighs), 0
	}
	if e.items >= manyServed {
		d.served = max(d.served, e.tokens/e.seconds)
	}
}

// trust takes a rate for good until bursts come early.
func (d *doubt) trust(now time.Time, rate float64) { d.before, d.began, d.got = rate, now, 0 }

// lost reports that a rate is far below what was served.
func (d *doubt) lost(rate float64) bool { return rate < d.served/farBelow }
