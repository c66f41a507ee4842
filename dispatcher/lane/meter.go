package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// meter keeps to the limit of one dimension: a copy of the provider's own count, corrected by what each answer says is left.
type meter struct {
	dimension
	limit    int // of a window, as stated; 0 while nothing is known
	counter  counter
	history  *limiter.Log // what was used in the first window, for the shape is told late; nil afterwards
	began    time.Time
	rough    bool      // the copy was made of the history, under a charge that may have been wrong
	recalled time.Time // what was sent before has marks of another copy
	shaping  shaping

	// taken is what was used in all, net; offset is the sum of corrections, without what a first statement begins with.
	taken   float64
	offset  float64
	seen    uint64  // the newest request whose answer was used
	gives   int     // how often something was given back since
	settled float64 // what was left then, with what was used in all
	gave    int     // what was given back just now
	gaveAt  time.Time
	flow    flow
	sharing sharing

	capacity capacity

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

// wait is how long until n may be used, with room for the requests of which it is not yet known what they counted.
func (m *meter) wait(now time.Time, n int, turn uint64) time.Duration {
	if !m.known() {
		return 0
	}
	margin := m.margin(now, n, turn)
	if m.shaping.used != refill {
		return max(m.counter.Wait(now, int(math.Ceil(float64(n)+margin))), m.sharing.wait(now, n))
	}
	room := m.capacity.room(float64(n), margin, float64(m.limit))
	wait := m.counter.Wait(now, int(math.Ceil(room)))
	if wait > 0 && m.capacity.failed > 0 && m.capacity.size < float64(2*n) { // it has to be full, and the one before may have arrived late
		wait += jitter
	}
	return max(wait, m.sharing.wait(now, n))
}

// margin is kept free for errors of the copy: of the mean, in which all that are under way agree, of the spread, in which they do
// not, and of the rounding of what is stated. What has come back since the last answer that was used, or in a sliding window has
// expired, is as uncertain as what was sent.
func (m *meter) margin(now time.Time, n int, turn uint64) float64 {
	under := float64(turn - m.seen)
	unsure := under + float64(m.gives)
	if m.shaping.used == sliding {
		unsure += max(0, m.counter.Level(now)+m.taken-m.settled) / float64(max(1, n))
	}
	rounding := float64(m.unit / 2)
	return min(max(0, m.bias)*under+4*m.dev*math.Sqrt(unsure)+rounding, m.capacity.size/4)
}

// take uses n. together is the mark of the request that was sent at the same time first of all, nil if this one is alone.
func (m *meter) take(now time.Time, n int, together *mark, before int) (k mark) {
	m.taken += float64(n)
	if m.dimension == tokens || m.known() {
		m.flow.add(now, n)
	}
	m.remember(now, n)
	if !m.known() {
		k.last = -m.taken - m.offset
		k.first = k.last
	} else {
		k = m.count(now, n)
	}
	if together != nil {
		k.first = together.first + float64(before-n)
	}
	return k
}

func (m *meter) count(now time.Time, n int) (k mark) {
	m.counter.Take(now, n)
	m.sharing.take(now, n, m.perSecond())
	k.last = m.counter.Level(now) - m.offset
	k.first = k.last
	if m.gave > 0 && now.Sub(m.gaveAt) <= jitter { // the provider may get to it later than to the request
		k.last -= float64(m.gave)
	}
	return k
}

// give brings back n of what was taken at a time; n below 0 takes more.
func (m *meter) give(now, taken time.Time, n int) {
	if n == 0 {
		return
	}
	m.taken -= float64(n)
	if m.history != nil {
		m.history.Give(now, taken, n)
	}
	if !m.known() {
		return
	}
	m.gives++
	m.counter.Give(now, taken, n)
	if n < 0 {
		return
	}
	if now.Sub(m.gaveAt) > jitter {
		m.gave = 0
	}
	m.gave, m.gaveAt = m.gave+n, now
}

// enoughAnswers have told the shape.
const enoughAnswers = 1024

// remember keeps the history of the first window, while the shape may still turn out to be another.
func (m *meter) remember(now time.Time, n int) {
	switch {
	case m.began.IsZero():
		m.began, m.history = now, limiter.NewLog(0, m.window()+jitter)
	case m.seen > enoughAnswers || m.known() && now.Sub(m.began) > m.window():
		m.history = nil
	}
	if m.history != nil {
		m.history.Take(now, n)
	}
}

// recall has the history for a copy, in place of one with a level.
func (m *meter) recall(now time.Time, level int) {
	m.history.SetLimit(m.limit)
	m.counter, m.history, m.rough, m.recalled = m.history, nil, true, now
	m.offset += m.counter.Level(now) - float64(level)
}

// begin starts the copy with the first statement of a limit.
func (m *meter) begin(limit, left int, now time.Time, mark float64) {
	m.limit = limit
	if m.shaping.window == 0 {
		m.shaping.window = m.window()
	}
	m.offset = float64(left) - mark
	if m.capacity = newCapacity(limit); m.dimension == outputTokens { // which are used afterwards, so that nothing is proven before
		m.capacity.size = float64(limit)
	}
	m.rebuild(now, int(math.Round(m.offset-m.taken)))
}

// rebuild makes the counter anew, with a level.
func (m *meter) rebuild(now time.Time, level int) {
	switch m.shaping.used {
	case fixed:
		m.counter = limiter.NewWindow(m.limit, m.shaping.window)
	case sliding:
		m.counter = limiter.NewLog(m.limit, m.shaping.window+jitter)
		if m.history != nil && m.shaping.window == m.window() {
			m.recall(now, level)
			return
		}
	default:
		m.counter = limiter.NewBucket(m.perSecond(), m.limit)
	}
	m.counter.Take(now, max(0, m.limit-level))
}

// resize follows a limit that has changed. In a bucket what is left stays as far as there is room, in a window what is used.
func (m *meter) resize(now time.Time, limit int) {
	m.capacity.scale(float64(limit) / float64(m.limit))
	m.limit = limit
	before := m.counter.Level(now)
	switch c := m.counter.(type) {
	case *limiter.Bucket:
		c.Set(now, m.perSecond(), limit)
	case *limiter.Window:
		c.SetLimit(limit)
	case *limiter.Log:
		c.SetLimit(limit)
	}
	m.offset += m.counter.Level(now) - before // of requests under way as well
}

// perSecond is how much comes back a second.
func (m *meter) perSecond() float64 { return float64(m.limit) / m.shaping.window.Seconds() }

// suspicion is whether a bucket can have been too small for a request that was refused.
type suspicion uint8

const (
	cleared suspicion = iota
	atEdge            // it was as full as it may be, as far as is known
	suspect           // it was fuller than was ever proven
)

// suspect tells how much would have been in use with a request of n that was refused with so much in use, and what follows.
func (m *meter) suspect(used, n float64) (float64, suspicion) {
	c := &m.capacity
	if !m.ofRequests() || used == c.proven { // what is stated may have the refused request in it already
		used += n
	}
	switch {
	case m.shaping.used != refill || used < c.proven:
		return used, cleared
	case used == c.proven || c.failed > 0 && used >= c.failed:
		return used, atEdge
	}
	return used, suspect
}
