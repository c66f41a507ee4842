package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
	"github.com/seed63918563/llmgate/request"
)

// mark is the level right after a request, less the corrections until then: as if it came last of those that were sent
// together, and as if it came first.
type mark struct{ last, first float64 }

// verdict is what an answer told of the copy.
type verdict uint8

const (
	silent verdict = iota // nothing
	anew                  // what is left, but not how far the copy was off
	judged                // how far the copy was off since the answer before
)

// learn takes in what the answer to a request said. off is by how much more is left than there was in the copy.
func (m *meter) learn(now time.Time, p *Permit, l request.Limit, refused bool) (off float64, v verdict) {
	if !l.Stated || l.Limit <= 0 {
		return 0, silent
	}
	limit, left := int(l.Limit), int(l.Remaining)
	if left < 0 {
		left = limit
	}
	if p.turn <= m.seen {
		if !refused && limit == m.limit && m.capacity.failed == 0 {
			m.capacity.prove(now, float64(limit-left), float64(p.cost[m.dimension]), limit)
		}
		return 0, silent
	}
	mark := p.marks[m.dimension]
	if refused && !m.ofRequests() { // it was not counted after all
		mark.last += float64(p.cost[m.dimension])
		mark.first += float64(p.cost[m.dimension])
	}
	first := !m.known()
	if first {
		m.begin(limit, left, now, mark.last)
	} else if limit != m.limit {
		m.resize(now, limit)
	}
	m.observe(now, p.admitted, limit, left, l.Reset)
	if !p.crowded || first {
		off, v = m.correct(now, p, left, mark)
		m.seen, m.gives, m.settled = p.turn, 0, m.counter.Level(now)+m.taken
	}
	if !refused {
		m.capacity.prove(now, float64(limit-left), float64(p.cost[m.dimension]), limit)
	}
	if first {
		v = anew
	}
	return off, v
}

// observe follows the shape.
func (m *meter) observe(now, sent time.Time, limit, left int, reset time.Duration) {
	window := m.shaping.window
	changed := m.shaping.learn(observation{sent, float64(limit-left) / float64(limit), reset})
	if changed || window != m.shaping.window {
		m.rebuild(now, int(math.Round(m.counter.Level(now))))
	}
	if w, ok := m.counter.(*limiter.Window); ok && reset > 0 {
		m.end(now, w, sent.Add(reset+jitter))
	}
}

// end takes in when a window ends. What was sent arrived a little later than it was sent, so that the latest end that was told is
// closest to the truth; one that is far earlier tells of another window. One that is far later is none of this window's: what is
// used in it must not last so long.
func (m *meter) end(now time.Time, w *limiter.Window, end time.Time) {
	later := end.Sub(w.Start(now).Add(m.shaping.window))
	if end.After(now) && (later > 0 && later < m.shaping.window/2 || -later.Seconds() > clearMiss) {
		w.SetEnd(now, end)
	}
}

// correct brings the copy to what was stated to be left, as of when the request was sent.
func (m *meter) correct(now time.Time, p *Permit, left int, mark mark) (off float64, v verdict) {
	if w, isWindow := m.counter.(*limiter.Window); isWindow && p.admitted.Before(w.Start(now)) {
		return 0, anew // it speaks of a window that has ended
	}
	if !p.admitted.After(m.recalled) {
		return 0, anew
	}
	low, high := m.rounded(left)
	least, most := mark.last+m.offset, mark.first+m.offset
	switch {
	case left == 0 && least <= 0: // in debt, by how much is not told
	case most < low:
		off = low - most
	case least > high:
		off = high - least
	}
	if n := int(math.Round(off)); n != 0 {
		m.shift(now, p.admitted, n)
	}
	return off, judged
}

// shift corrects the level by n, and the marks of all that are under way with it.
func (m *meter) shift(now, sent time.Time, n int) {
	before := m.counter.Level(now)
	if log, ok := m.counter.(*limiter.Log); ok && m.rough {
		log.Scale(now, max(0, m.limit-int(before)-n))
		m.rough = false
	} else {
		m.counter.Give(now, sent, n)
	}
	m.offset += m.counter.Level(now) - before // a full bucket takes no more
}

// rounded is the range in which what is left may be. Some providers round it to thousands.
func (m *meter) rounded(left int) (low, high float64) {
	switch {
	case left%1000 != 0:
		m.unit, m.unitSeen = 1, 0
	case m.unit != 1 && left > 0 && left < m.limit:
		if m.unitSeen++; m.unitSeen >= enoughSamples {
			m.unit = 1000
		}
	}
	if m.unit > 1 {
		return float64(left - m.unit/2), float64(left + m.unit/2)
	}
	return float64(left), float64(left + 1)
}

// miss takes in by how much one answer's request, of n, and those since the answer before counted more than was booked. A copy
// that is further off than they count was so for another reason.
func (m *meter) miss(off, requests, n float64) {
	each := min(max(-n, -off/requests), n)
	m.bias += (each - m.bias) / 16
	if more := math.Abs(each-m.bias)*math.Sqrt(requests) - m.dev; more > 0 {
		m.dev += more / devRise
	} else {
		m.dev += more / devFall
	}
}

// A spread is believed at once and forgotten late: what happens once in a window happens in the next one, too.
const devRise, devFall = 8, 64
