package limits

import (
	"cmp"
	"math"
	"time"
)

// gauge finds one limit by bursts of probes that use up no other. Its log begins with the limit unused.
type gauge struct {
	// size gives the probes of a burst, units what they are likely to take.
	size  func(*burst) size
	units func(size) float64
	long  bool
	// rest is how long it takes until every limit is whole again.
	rest time.Duration
	// room, if set, is that for probes below another limit; each is what one probe takes at most, in units.
	room   *room
	each   float64
	atOnce int
	// longest is how long answers are that have no end of their own.
	longest float64
	fire    func(*burst) bool

	log  []probe
	fits []fit
	last *burst
	// most is what one burst let through, pause how long to wait for a part of it; nothing was back after idle, all after whole.
	most               float64
	pause, idle, whole time.Duration
	looks              int
	refills, volleys   int
	halved             bool
	// why is the reason for not going on, where not all was found.
	why string
}

const (
	// mostLooks and mostRefills bound a search that does not get closer.
	mostLooks, mostRefills = 30, 2
	// closeEnough is how exact a figure must be, as a share of it.
	closeEnough = 0.012
	// vague is what is not worth a name: a size that was hardly told by the first burst.
	vague = 0.25
	// firstLook is the longest wait before the first look: by then a part of a minute's bucket is back.
	firstLook = 15 * time.Second
	// soonest is the shortest wait that the network leaves something of.
	soonest = 10 * time.Millisecond
)

// send fires a burst, and takes its log in. It returns false when the search is over.
func (g *gauge) send(b *burst) bool {
	if b.size == nil {
		b.size = g.size
	}
	b.units, b.long, b.atOnce = g.units, g.long, cmp.Or(b.atOnce, g.atOnce)
	g.room.reserve(b, cmp.Or(b.probes, g.probes(b)))
	ok := g.fire(b)
	g.room.took(b)
	g.log = append(g.log, b.log...)
	g.longest = min(g.longest, b.longest())
	g.last = b
	return ok
}

// probes is how many a burst may have, where that matters: as many as it is likely to take, and some.
func (g *gauge) probes(b *burst) int {
	units := b.most
	if units == 0 {
		units = b.drain + g.most
	}
	if g.each == 0 {
		return plenty
	}
	return int(1.3*units/g.each) + 10
}

// end is when the last burst ended.
func (g *gauge) end() time.Duration {
	if g.last == nil {
		return 0
	}
	return g.last.last()
}

// measure goes on from a burst that used the limit up. It returns false when the search is over.
func (g *gauge) measure() bool {
	g.most, _ = g.last.through()
	_, probes := g.last.through()
	g.pause = min(firstLook, max(4*time.Minute/time.Duration(probes+1), 200*time.Millisecond))
	for ; g.looks < mostLooks && g.undecided(); g.looks++ {
		if !g.step() {
			g.fits = explain(g.fits, g.log)
			return false
		}
		if g.why != "" {
			break
		}
	}
	return true
}

// undecided explains the log anew, and reports whether there is more to find out.
func (g *gauge) undecided() bool {
	g.fits = explain(g.fits, g.log)
	if len(g.fits) == 0 {
		g.why = "the answers fit no kind of limit known here; does somebody else use the key?"
		return false
	}
	return g.several() || g.rate().Error() > closeEnough || g.burst().Error() > closeEnough && g.refills < mostRefills
}

// several: limits of different shapes explain the log.
func (g *gauge) several() bool {
	for _, f := range g.fits[1:] {
		if f.shape != g.fits[0].shape || f.window != g.fits[0].window {
			return true
		}
	}
	return false
}

// one is what all explanations together leave possible, in the shape of the first.
func (g *gauge) one() fit {
	all := g.fits[0]
	for _, f := range g.fits[1:] {
		all.perMinute, all.burst = all.perMinute.hull(f.perMinute), all.burst.hull(f.burst)
	}
	return all
}

func (g *gauge) rate() Bounds {
	all := g.one()
	return all.perMinute
}

func (g *gauge) burst() Bounds {
	all := g.one()
	return all.burst
}

// may reports which shapes are still possible.
func (g *gauge) may() (bucket, window bool) {
	for _, f := range g.fits {
		bucket = bucket || f.shape == Bucket
		window = window || f.shape != Bucket
	}
	return bucket, window
}

// step sends the burst that tells most.
func (g *gauge) step() bool {
	bucket, window := g.may()
	asked := g.last.asksToWait() - g.end()
	switch {
	case window && !g.halved && (!bucket || asked > firstLook):
		return g.halves()
	case !g.several() && g.rate().Error() <= closeEnough, !bucket:
		return g.refill()
	case g.burst().Error() > vague && g.volleys < mostRefills:
		return g.volley()
	case asked > g.pause, g.room.wait(g.end()+g.pause, g.probes(&burst{expect: g.expected()})) > 0:
		return g.drained()
	}
	return g.look()
}

// look sees what is back after a pause.
func (g *gauge) look() bool {
	since := g.end()
	if !g.send(&burst{at: since + g.pause, expect: g.expected()}) {
		return false
	}
	g.pause = max(g.pause, g.last.began-since)
	g.adjust(g.last.through())
	return true
}

// drained does the same where refusals ask for a longer wait: as much as surely fits is used up without one.
func (g *gauge) drained() bool {
	least := math.Ceil(g.burst().Low - 1e-3)
	at := g.whenFull()
	if !g.send(&burst{at: at, drain: least, pause: g.pause, expect: g.expected()}) {
		return false
	}
	units, probes := g.last.through()
	g.adjust(max(0, units-least), probes)
	return true
}

// expected is what is likely to be back after the pause.
func (g *gauge) expected() float64 {
	if r := g.rate(); r.Error() < 0.5 {
		return min(r.Middle()*g.pause.Minutes(), g.most)
	}
	return 0
}

// adjust chooses the next pause by what came back in this one. Pauses differ, so that what is left over differs.
func (g *gauge) adjust(units float64, probes int) {
	switch {
	case units == 0:
		g.idle = max(g.idle, g.pause)
		g.pause *= 2
	case units >= 0.8*g.most, !g.last.refused && g.last.drain == 0:
		g.most = max(g.most, units)
		if g.whole == 0 || g.pause < g.whole {
			g.whole = g.pause
		}
		g.pause /= 4
	case !g.last.refused:
		g.pause /= 2 // fewer probes were left than what was back
	default:
		if r := g.rate(); r.Error() < 0.5 {
			dither := 0.7 + 0.6*frac(float64(g.looks)*math.Phi)
			g.pause = min(firstLook*2, time.Duration(dither*0.4*g.most/r.Middle()*float64(time.Minute)))
		}
	}
	if g.idle > 0 && g.whole > g.idle && (units == 0 || units >= 0.8*g.most) { // neither tells: between them
		g.pause = time.Duration(math.Sqrt(float64(g.idle) * float64(g.whole)))
	}
	switch {
	case g.pause < soonest:
		g.why = "all is back before answers are: it comes back too soon to be measured"
	case g.pause > 2*g.rest:
		g.why = "nothing came back in " + g.pause.String() + ": it is no limit per minute"
	}
}

func frac(x float64) float64 { return x - math.Floor(x) }

// halves tells a fixed from a sliding window: half is used at first, and the rest in the middle. When the window has passed,
// a fixed one has everything back, a sliding one only the first half.
func (g *gauge) halves() bool {
	g.halved = true
	length := windows[0]
	for _, f := range g.fits {
		length = max(length, f.window)
	}
	begin := g.whenFull()
	if !g.send(&burst{at: begin, most: math.Floor(g.most / 2)}) {
		return false
	}
	begin = g.last.began
	if !g.send(&burst{at: begin + length/2, expect: g.most / 2}) {
		return false
	}
	return g.send(&burst{at: max(begin+length+length/60, g.last.asksToWait()), expect: g.most / 2})
}

// refill waits until everything is back, and sees how much that is.
func (g *gauge) refill() bool {
	g.refills++
	return g.send(&burst{at: g.whenFull(), expect: g.burst().Low})
}

// volley sends at once what may be there, where the first burst took so long that much was back before its end.
func (g *gauge) volley() bool {
	g.volleys++
	if !g.send(&burst{at: g.whenFull(), expect: g.most}) {
		return false
	}
	units, _ := g.last.through()
	g.most = min(g.most, units)
	return true
}

// whenFull is when everything is back.
func (g *gauge) whenFull() time.Duration { return max(g.end()+g.full(), g.last.asksToWait()) }

// full is how long it takes until everything is back.
func (g *gauge) full() (d time.Duration) {
	for i := range g.fits {
		d = max(d, g.fits[i].full())
	}
	return min(d, g.rest)
}
