package limits

import (
	"math"
	"slices"
	"time"
)

// Shape is how an allowance comes back.
type Shape string

// The shapes.
const (
	// Bucket refills continuously.
	Bucket Shape = "bucket"
	// Fixed is a window that starts afresh as a whole.
	Fixed Shape = "fixed window"
	// Sliding counts what was used in the time just past.
	Sliding Shape = "sliding window"
)

// found is a limit measured, in units of a dimension.
type found struct {
	perMinute, bucket float64
	shape             Shape
	window            time.Duration // of a window
}

const (
	// rested is after how long without use a limit per minute is whole again, whatever its shape.
	rested = 65 * time.Second
	// firstLook is when to look first at what has come back: a part of a minute's bucket has, of a window nothing.
	firstLook = 15 * time.Second
	// shortest is the shortest time between looks: below, the network decides.
	shortest = 50 * time.Millisecond
	// poll is the time between looks for the end of a window, and longest the longest window looked for.
	poll    = time.Second
	longest = 130 * time.Second
	// enough is how many probes make a rate: one more or less is then 1 %.
	enough = 100
	// fine is how many probes make the size of a bucket without a look at what was left over.
	fine = 60
)

// gauge measures one limit with probes of one size, which no other limit may refuse. Units tells what a burst used of it.
type gauge struct {
	*prober
	size   ask
	atOnce int
	units  func(*tally) float64
	// debt: what is used counts afterwards, so that the last probe of a burst goes beyond the limit.
	debt bool
	// whole is the burst that used up a full allowance.
	whole tally
}

// measure goes on from a burst that has just used up a full allowance.
func (g *gauge) measure() (found, error) {
	look, n, err := g.firstPart()
	if err != nil {
		return found{}, err
	}
	if n > 0 {
		return g.continuous(look)
	}
	return g.windowed()
}

func (g *gauge) drain() (tally, error) { return g.burst(g.size, math.MaxInt, g.atOnce) }

// after waits and then uses up what has come back.
func (g *gauge) after(d time.Duration) (tally, error) {
	if err := g.wait(d); err != nil {
		return tally{}, err
	}
	return g.drain()
}

// firstPart looks for a wait after which a part of the allowance is back, which happens with continuous refill alone. It
// returns 0 of it where all comes back at once.
func (g *gauge) firstPart() (time.Duration, int, error) {
	for look := firstLook; look >= shortest; look /= 2 {
		back, err := g.after(look)
		if err != nil || back.admitted < g.whole.admitted && back.admitted > 0 {
			if back.admitted > g.whole.admitted/2 {
				look /= 2 // with what was left over, so much may have filled the bucket up
			}
			return look, back.admitted, err
		}
		if back.admitted > 0 {
			continue // everything: look earlier
		}
		if look == firstLook {
			return look, 0, nil
		}
		// A bucket of two or three probes may have nothing for one yet; a window that has just ended has nothing at all for long.
		look += look / 2
		back, err = g.after(look)
		return look, back.admitted, err
	}
	return shortest, 1, nil
}

// continuous measures the rate over waits in which the bucket does not fill up, and then its size.
func (g *gauge) continuous(look time.Duration) (found, error) {
	from := time.Now()
	var sum tally
	for sum.admitted < enough {
		back, err := g.after(look)
		if err != nil {
			return found{}, err
		}
		sum.add(&back)
	}
	perSecond := g.units(&sum) / time.Since(from).Seconds()
	bucket, err := g.bucket(perSecond)
	return found{perMinute: perSecond * 60, bucket: bucket, shape: Bucket}, err
}

// bucket is the size of a bucket that refills at a known rate. Where it holds few probes, what was left over too small for
// another counts: the sooner another fits, the more it was.
func (g *gauge) bucket(perSecond float64) (float64, error) {
	used := g.units(&g.whole) - perSecond*g.whole.ended.Sub(g.whole.began).Seconds()
	if g.whole.admitted >= fine && !g.debt {
		return used, nil
	}
	if err := g.wait(rested); err != nil {
		return 0, err
	}
	whole, err := g.drain()
	if err != nil {
		return 0, err
	}
	each := g.each(&whole)
	step := max(time.Duration(each/perSecond/16*float64(time.Second)), time.Millisecond)
	for next := (tally{}); next.admitted == 0; {
		if err := g.wait(step); err != nil {
			return 0, err
		}
		if next, err = g.burst(g.size, 1, 1); err != nil {
			return 0, err
		}
	}
	back := perSecond * (time.Since(whole.began) - step/2).Seconds()
	if g.debt {
		return g.units(&whole) - back, nil
	}
	return g.units(&whole) + each - back, nil
}

func (g *gauge) each(t *tally) float64 { return g.units(t) / float64(t.admitted) }

// windowed tells a fixed from a sliding window: half is used at its start and the rest in its middle. When the window has
// passed, a fixed one has everything back, a sliding one only the first half.
func (g *gauge) windowed() (found, error) {
	if err := g.reopened(); err != nil {
		return found{}, err
	}
	opened := time.Now()
	half, err := g.burst(g.size, max(0, g.whole.admitted/2-1), g.atOnce)
	if err != nil {
		return found{}, err
	}
	half.admitted++ // the one that found it open
	if _, err := g.after(rested / 2); err != nil {
		return found{}, err
	}
	if err := g.reopened(); err != nil {
		return found{}, err
	}
	window := canonical(time.Since(opened))
	back, err := g.drain()
	if err != nil {
		return found{}, err
	}
	f := found{shape: Sliding, window: window}
	if back.admitted+1 > (half.admitted+g.whole.admitted)/2 {
		f.shape = Fixed
	}
	f.bucket, err = g.content()
	f.perMinute = f.bucket * float64(time.Minute) / float64(window)
	return f, err
}

// content is how much a window lets through. Where the last probes went beyond, it is approached anew, one by one.
func (g *gauge) content() (float64, error) {
	if !g.debt {
		return g.units(&g.whole), nil
	}
	if err := g.wait(rested); err != nil {
		return 0, err
	}
	sum, err := g.burst(g.size, max(1, g.whole.admitted-2*g.atOnce), g.atOnce)
	if err != nil {
		return 0, err
	}
	last, err := g.burst(g.size, math.MaxInt, 1)
	sum.add(&last)
	return g.units(&sum) - g.each(&sum)/2, err
}

// reopened waits until a probe is let through.
func (g *gauge) reopened() error {
	for from := time.Now(); time.Since(from) < longest; {
		one, err := g.burst(g.size, 1, 1)
		if err != nil || one.admitted > 0 {
			return err
		}
		if err := g.wait(poll); err != nil {
			return err
		}
	}
	return &halt{"nothing came back in " + longest.String() + ": not a limit per minute"}
}

// canonical takes windows for whole ones that are as long as far as looks tell.
func canonical(d time.Duration) time.Duration {
	known := []time.Duration{time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}
	i := slices.IndexFunc(known, func(k time.Duration) bool { return (d - k).Abs() <= poll+poll/4 })
	if i < 0 {
		return d
	}
	return known[i]
}
