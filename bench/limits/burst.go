package limits

import (
	"math"
	"time"
)

// burst is a number of probes that belong together. It ends with the first refusal, or when it has sent what it may.
type burst struct {
	// at is when it may begin.
	at time.Duration
	// size is the size of the next probe.
	size  func(*burst) size
	units func(size) float64
	long  bool // the answers are to be long
	// expect is how much is likely to be let through, which goes at once; 0 if that is not known.
	expect float64
	// most ends the burst without a refusal, and so does probes; 0 is no end.
	most   float64
	probes int
	// drain, if set, is used up first; then nothing is sent for a pause, counted from when its first probe was sent.
	drain float64
	pause time.Duration
	// atOnce bounds what is under way.
	atOnce int

	log     []probe
	began   time.Duration
	count   int     // of probes sent
	flying  int     // of them under way
	asked   float64 // units sent
	beyond  int     // probes sent after all that was expected
	refused bool
}

// send is the size of the next probe, and whether it may be sent now. If it may not, it waits for an answer or, if that is not
// zero, until a time.
func (b *burst) send(now time.Duration) (s size, until time.Duration, ok bool) {
	switch {
	case now < b.at:
		return s, b.at, false
	case b.over() || b.flying >= b.mayFly():
		return s, 0, false
	}
	if b.count > 0 && b.asked >= b.drain && now < b.began+b.pause {
		return s, b.began + b.pause, false
	}
	return b.size(b), 0, true
}

// over: nothing more is sent.
func (b *burst) over() bool {
	return b.refused || b.probes > 0 && b.count >= b.probes || b.most > 0 && b.asked >= b.most
}

// ended: nothing more is sent, and all is back.
func (b *burst) ended() bool { return b.over() && b.flying == 0 }

// mayFly is how many may be under way. Where it is not known how much fits, it grows with what has: few are refused then, and
// yet no refill is outrun for long.
func (b *burst) mayFly() int {
	switch {
	case b.most > 0 || b.asked < b.drain+b.expect:
		return b.atOnce
	case b.expect > 0:
		return min(b.atOnce, max(1, b.beyond/2))
	}
	return min(b.atOnce, max(1, len(b.log)/4))
}

// left is how much of what is expected was not asked for yet.
func (b *burst) left() float64 {
	if b.expect == 0 {
		return math.Inf(1)
	}
	return b.drain + b.expect - b.asked
}

func (b *burst) sent(s size, now time.Duration) {
	if b.count == 0 {
		b.began = now
	}
	b.count++
	b.flying++
	if b.asked >= b.drain+b.expect {
		b.beyond++
	}
	b.asked += b.units(s)
}

func (b *burst) back(p probe) {
	b.flying--
	b.log = append(b.log, p)
	b.refused = b.refused || !p.admitted
}

// through adds up what was let through.
func (b *burst) through() (units float64, probes int) {
	for i := range b.log {
		if b.log[i].admitted {
			units += b.units(b.log[i].size)
			probes++
		}
	}
	return units, probes
}

// longest is how long an answer may be asked for: a model that stopped short of the bound does not write more.
func (b *burst) longest() float64 {
	for i := range b.log {
		if p := &b.log[i]; b.long && p.admitted && p.written < p.answer {
			return float64(p.written)
		}
	}
	return math.Inf(1)
}

// last is when the last probe was back.
func (b *burst) last() (at time.Duration) {
	for i := range b.log {
		at = max(at, b.log[i].done)
	}
	return at
}

// asksToWait is until when a refusal asked to send nothing.
func (b *burst) asksToWait() (until time.Duration) {
	for i := range b.log {
		if p := &b.log[i]; p.retryAfter > 0 {
			until = max(until, p.done+p.retryAfter)
		}
	}
	return until
}

// lost takes note of a probe of which nobody knows what became.
func (b *burst) lost() { b.flying-- }
