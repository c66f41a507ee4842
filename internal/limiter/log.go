package limiter

import (
	"iter"
	"math"
	"sort"
	"time"
)

// entries is about half of how many a Log keeps at most; those that are close together are one, which counts until the last of
// them has expired. Large ones stay apart, so that who waits for a burst to expire is not much off.
const entries = 1024

// Log allows a number of units in any stretch of time as long as its window.
type Log struct {
	limit  int
	window time.Duration
	sum    int
	list   []entry // oldest first
}

// entry is what was taken between two times.
type entry struct {
	from, to time.Time
	n        int
}

// NewLog makes an empty log.
func NewLog(limit int, window time.Duration) *Log { return &Log{limit: limit, window: window} }

// SetLimit changes what is allowed.
func (l *Log) SetLimit(limit int) { l.limit = limit }

// Wait is how long until n fit, 0 if they do. What is larger than the limit waits until nothing is in use.
func (l *Log) Wait(now time.Time, n int) time.Duration {
	l.forget(now)
	over := l.sum + min(n, l.limit) - l.limit
	if over <= 0 {
		return 0
	}
	for _, e := range l.list {
		if over -= e.n; over <= 0 {
			return e.to.Add(l.window).Sub(now)
		}
	}
	return math.MaxInt64 // only without a limit
}

// Take uses n.
func (l *Log) Take(now time.Time, n int) {
	l.forget(now)
	l.sum += n
	if last := len(l.list) - 1; last >= 0 && l.joins(l.list[last], now, n) {
		l.list[last].to = now
		l.list[last].n += n
		return
	}
	l.list = append(l.list, entry{now, now, n})
}

// joins reports whether n more belong to an entry.
func (l *Log) joins(e entry, now time.Time, n int) bool {
	return e.to.Equal(now) || now.Sub(e.from) < l.window/entries && (l.limit == 0 || e.n+n <= l.limit/entries)
}

// Give brings back n of what was taken at a time, unless that has expired. What is more than was taken then comes from what was
// taken after, or else before. Below 0 it takes more, as if that had been taken then.
func (l *Log) Give(now, taken time.Time, n int) {
	l.forget(now)
	if now.Sub(taken) >= l.window {
		return
	}
	first := sort.Search(len(l.list), func(i int) bool { return !l.list[i].to.Before(taken) })
	switch {
	case n < 0 && first < len(l.list):
		l.list[first].n -= n
		l.sum -= n
		return
	case n < 0:
		l.Take(now, -n)
		return
	}
	for i := first; i < len(l.list) && n > 0; i++ {
		n -= l.reduce(i, n)
	}
	for i := first - 1; i >= 0 && n > 0; i-- {
		n -= l.reduce(i, n)
	}
}

func (l *Log) reduce(i, n int) (part int) {
	part = min(n, l.list[i].n)
	l.list[i].n -= part
	l.sum -= part
	return part
}

// Scale makes what was taken n in all, in the proportions that it has. If there is nothing it is taken now.
func (l *Log) Scale(now time.Time, n int) {
	l.forget(now)
	if l.sum <= 0 {
		l.list, l.sum = nil, 0
		l.Take(now, n)
		return
	}
	before, passed, given := l.sum, 0, 0
	for i := range l.list {
		passed += l.list[i].n
		share := int(float64(n)*float64(passed)/float64(before)) - given
		l.list[i].n, given = share, given+share
	}
	l.sum = given
}

// Since is what was taken at a time or later and has not expired.
func (l *Log) Since(now, t time.Time) (n int) {
	l.forget(now)
	for i := len(l.list) - 1; i >= 0 && !l.list[i].to.Before(t); i-- {
		n += l.list[i].n
	}
	return n
}

// All goes through what was taken and has not expired, as of the last step: when, and how much.
func (l *Log) All() iter.Seq2[time.Time, int] {
	return func(yield func(time.Time, int) bool) {
		for _, e := range l.list {
			if !yield(e.to, e.n) {
				return
			}
		}
	}
}

// Level is what may still be used, negative in debt.
func (l *Log) Level(now time.Time) float64 {
	l.forget(now)
	return float64(l.limit - l.sum)
}

func (l *Log) forget(now time.Time) {
	old := 0
	for old < len(l.list) && now.Sub(l.list[old].to) >= l.window {
		l.sum -= l.list[old].n
		old++
	}
	l.list = l.list[old:]
}
