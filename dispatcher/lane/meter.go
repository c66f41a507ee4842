package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
	"github.com/seed63918563/llmgate/request"
)

// meter keeps to the limit of one dimension: a copy of the provider's own count, corrected by what each answer says is left.
type meter struct {
	dimension
	limit   int // of a window, as stated; 0 while nothing is known
	counter counter
	pace    limiter.Bucket // spreads the use of windows that come back at once
	shaping shaping

	// taken is what was used in all, net; offset is the sum of corrections, without what a first statement begins with.
	taken  float64
	offset float64
	seen   uint64 // the newest request whose answer was used
	gave   int    // what was given back just now
	gaveAt time.Time

	// capacity is how much may be in use at once, which a bucket may bound below the limit. Nobody tells; it is proven by
	// requests that were let through, and no more is tried when one that went beyond was not.
	capacity float64
	proven   float64
	failed   float64   // was too much; 0 if nothing was
	refused  time.Time // last, for that

	unit      int     // what is left is rounded to
	unitSeen  int     // how many answers speak for the unit
	bias, dev float64 // by which a request's count differs from what was booked: mean and spread
}

// counter is a copy of a provider's count, in one of the shapes.
type counter interface {
	Wait(now time.Time, n int) time.Duration
	Take(now time.Time, n int)
	Give(now, taken time.Time, n int)
	Level(now time.Time) float64
}

func (m *meter) known() bool { return m.limit > 0 }

// wait is how long until n may be used, with room for the requests of which it is not yet known what they counted. What a window
// has is spread over it, so that nobody who comes later waits for its end.
func (m *meter) wait(now time.Time, n int, turn uint64) time.Duration {
	if !m.known() {
		return 0
	}
	room := float64(n) + m.margin(turn)
	if m.shaping.used == refill {
		room = min(room, m.capacity) + float64(m.limit) - m.capacity
		return m.counter.Wait(now, int(math.Ceil(room)))
	}
	return max(m.counter.Wait(now, int(math.Ceil(room))), m.pace.Wait(now, n))
}

// margin is kept free for errors of the copy: of the mean, in which all that are under way agree, and of the spread, in which
// they do not.
func (m *meter) margin(turn uint64) float64 {
	under := float64(turn - m.seen)
	return min(max(0, m.bias)*under+4*m.dev*math.Sqrt(under), m.capacity/4)
}

// mark is the level right after a request, less the corrections until then: as if it came last of those that were sent
// together, and as if it came first.
type mark struct{ last, first float64 }

// take uses n. together is the mark of the request that was sent at the same time first of all, nil if this one is alone.
func (m *meter) take(now time.Time, n int, together *mark, before int) (k mark) {
	m.taken += float64(n)
	if !m.known() {
		k.last = -m.taken - m.offset
	} else {
		m.counter.Take(now, n)
		if m.shaping.used != refill {
			m.pace.Take(now, n)
		}
		k.last = m.counter.Level(now) - m.offset
	}
	k.first = k.last
	if now.Sub(m.gaveAt) <= jitter { // the provider may get to it later than to the request
		k.last -= float64(m.gave)
	}
	if together != nil {
		k.first = together.first + float64(before-n)
	}
	return k
}

// give brings back n of what was taken at a time; n below 0 takes more.
func (m *meter) give(now, taken time.Time, n int) {
	m.taken -= float64(n)
	switch {
	case !m.known() || n == 0:
	case n < 0:
		m.counter.Take(now, -n)
	default:
		m.counter.Give(now, taken, n)
		m.pace.Give(now, taken, n)
		if now.Sub(m.gaveAt) > jitter {
			m.gave = 0
		}
		m.gave, m.gaveAt = m.gave+n, now
	}
}

// verdict is what an answer told of the copy.
type verdict uint8

const (
	silent verdict = iota // nothing
	anew                  // what is left, but not how far the copy was off
	judged                // how far the copy was off since the answer before
)

// learn takes in what the answer to a request said. off is by how much more is left than there was in the copy.
func (m *meter) learn(now time.Time, p *Permit, l request.Limit, refused bool) (off float64, v verdict) {
	if !l.Stated || l.Limit <= 0 || p.turn <= m.seen {
		return 0, silent
	}
	limit, left := int(l.Limit), int(l.Remaining)
	if left < 0 {
		left = limit
	}
	mark := p.marks[m.dimension]
	if refused && !m.ofRequests() { // it was not counted after all
		mark.last += float64(p.cost[m.dimension])
		mark.first += float64(p.cost[m.dimension])
	}
	first := !m.known()
	if first {
		m.begin(limit, left, now, mark.last)
	} else if limit > m.limit {
		m.resize(now, limit)
	}
	m.observe(now, p.admitted, limit, left, l.Reset)
	if !p.crowded || first {
		off, v = m.correct(now, p, left, mark)
		m.seen = p.turn
	}
	if limit < m.limit {
		m.resize(now, limit)
	}
	if !refused {
		m.prove(now, float64(limit-left), float64(p.cost[m.dimension]))
	}
	if first {
		v = anew
	}
	return off, v
}

// begin starts the copy with the first statement of a limit.
func (m *meter) begin(limit, left int, now time.Time, mark float64) {
	m.limit = limit
	if m.shaping.window == 0 {
		m.shaping.window = m.window()
	}
	m.offset = float64(left) - mark
	m.capacity = max(1, float64(limit)/60)
	m.rebuild(now, int(math.Round(m.offset-m.taken)))
}

// rebuild makes the counter anew, with a level.
func (m *meter) rebuild(now time.Time, level int) {
	perSecond := float64(m.limit) / m.shaping.window.Seconds()
	m.pace = limiter.NewBucket(hurry*perSecond, max(1, m.limit/10))
	switch m.shaping.used {
	case fixed:
		m.counter = limiter.NewWindow(m.limit, m.shaping.window)
	case sliding:
		m.counter = limiter.NewLog(m.limit, m.shaping.window)
	default:
		m.counter = limiter.NewBucket(perSecond, m.limit)
	}
	m.counter.Take(now, max(0, m.limit-level))
}

// hurry is how much faster than at its mean rate a window is used, so that nothing is left over at its end.
const hurry = 1.2

// resize follows a limit that has changed. What is left is corrected by what answers say.
func (m *meter) resize(now time.Time, limit int) {
	ratio := float64(limit) / float64(m.limit)
	m.limit = limit
	m.capacity, m.proven, m.failed = m.capacity*ratio, m.proven*ratio, m.failed*ratio
	perSecond := float64(limit) / m.shaping.window.Seconds()
	m.pace.Set(now, hurry*perSecond, max(1, limit/10))
	switch c := m.counter.(type) {
	case limiter.Bucket:
		c.Set(now, perSecond, limit)
	case *limiter.Window:
		c.SetLimit(limit)
	case *limiter.Log:
		c.SetLimit(limit)
	}
}

// observe follows the shape.
func (m *meter) observe(now, sent time.Time, limit, left int, reset time.Duration) {
	window := m.shaping.window
	changed := m.shaping.learn(observation{sent, float64(limit-left) / float64(limit), reset})
	if changed || window != m.shaping.window {
		m.rebuild(now, int(math.Round(m.counter.Level(now))))
	}
	if w, ok := m.counter.(*limiter.Window); ok && reset > 0 {
		if end := sent.Add(reset); end.After(now) {
			w.SetEnd(now, end)
		}
	}
}

// correct brings the copy to what was stated to be left, as of when the request was sent.
func (m *meter) correct(now time.Time, p *Permit, left int, mark mark) (off float64, v verdict) {
	if w, isWindow := m.counter.(*limiter.Window); isWindow && p.admitted.Before(w.Start(now)) {
		return 0, anew // it speaks of a window that has ended
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
	before := m.counter.Level(now)
	if n := int(math.Round(off)); n > 0 {
		m.counter.Give(now, p.admitted, n)
	} else if n < 0 {
		m.counter.Take(now, -n)
	}
	m.offset += m.counter.Level(now) - before
	return off, judged
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

// miss takes in by how much one answer's request, and those since the answer before, counted more than was booked.
func (m *meter) miss(off, requests float64) {
	each := -off / requests
	m.bias += (each - m.bias) / 16
	m.dev += (math.Abs(each-m.bias)*math.Sqrt(requests) - m.dev) / 16
}

const (
	// growth is how far beyond what is proven a bucket is tried while nothing was refused.
	growth = 1.25
	// near is a share of what is proven that is not worth a refusal.
	near = 0.05
	// trust is how long a bucket is taken to be as small as a refusal has shown.
	trust = 10 * time.Minute
)

// prove takes in that so much was in use at once when a request of n was let through.
func (m *meter) prove(now time.Time, used, n float64) {
	if m.proven = max(m.proven, used); now.Sub(m.refused) > trust {
		m.failed = 0
	}
	m.try(n)
}

// refuse takes in that a bucket had no room for what would have been within its limit: it holds less.
func (m *meter) refuse(now time.Time, used, n float64) {
	if m.failed == 0 || used < m.failed {
		m.failed = used
	}
	m.refused = now
	m.try(n)
}

// try sets how much may be in use at once: half way between what was proven and what has failed, until they are close.
func (m *meter) try(n float64) {
	switch {
	case m.failed == 0:
		m.capacity = max(m.capacity, m.proven*growth, m.proven+n)
	case m.failed-m.proven > max(1, near*m.proven):
		m.capacity = (m.proven + m.failed) / 2
	default:
		m.capacity = m.proven
	}
	m.capacity = min(max(1, m.capacity), float64(m.limit))
}
