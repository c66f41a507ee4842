package ledger

import (
	"math"
	"time"
)

// span is a stretch of time in nanoseconds since 1970: from start up to, and without, end.
type span struct{ start, end int64 }

// always is the window of what never begins anew.
var always = span{math.MinInt64, math.MaxInt64}

// at gives the window that a time falls into.
func (w Window) at(t time.Time, zone *time.Location) span {
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	year, month, day := t.Date()
	switch w {
	case PerMinute:
		return clock(t, time.Minute)
	case PerHour:
		return clock(t, time.Hour)
	case PerDay:
		return calendar(t, func(n int) time.Time { return time.Date(year, month, day+n, 0, 0, 0, 0, zone) })
	case PerMonth:
		return calendar(t, func(n int) time.Time { return time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, zone) })
	}
	return always
}

// clock cuts the time into equal lengths, which begin where the zone's clocks show a round time.
func clock(t time.Time, length time.Duration) span {
	_, offset := t.Zone()
	local := t.UnixNano() + int64(offset)*int64(time.Second)
	past := local % int64(length)
	if past < 0 {
		past += int64(length)
	}
	start := t.UnixNano() - past
	return span{start, start + int64(length)}
}

// calendar finds the window among the starts of the n-th one from here. In zones that skip midnight on some days, the start
// that the time package gives may be an hour off, and so before or after t.
func calendar(t time.Time, start func(n int) time.Time) span {
	n := 0
	for start(n).After(t) {
		n--
	}
	for !start(n + 1).After(t) {
		n++
	}
	return span{start(n).UnixNano(), start(n + 1).UnixNano()}
}
