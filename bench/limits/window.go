package limits

import (
	"math"
	"slices"
	"sort"
	"time"
)

// sums add up what probes take, by when they began and by when they ended.
type sums struct {
	sent, done []sum // in order of time
}

type sum struct {
	at time.Duration
	// All up to here: what was used, what may have been held beyond while under way, and what was used beyond the need.
	used, more, debt float64
}

func newSums(log []probe, c Charge) *sums {
	s := &sums{}
	for i := range log {
		k := c.of(&log[i])
		one := sum{log[i].sent, k.used, max(0, k.held-k.used), k.debt}
		s.sent = append(s.sent, one)
		one.at = log[i].done
		s.done = append(s.done, one)
	}
	for _, list := range [][]sum{s.sent, s.done} {
		slices.SortStableFunc(list, func(a, b sum) int { return int(a.at - b.at) })
		for i := 1; i < len(list); i++ {
			list[i].used += list[i-1].used
			list[i].more += list[i-1].more
			list[i].debt += list[i-1].debt
		}
	}
	return s
}

// until adds up what came at a time or before; with before, only what came before.
func until(list []sum, at time.Duration, before bool) sum {
	i := sort.Search(len(list), func(i int) bool { return list[i].at > at || before && list[i].at == at })
	if i == 0 {
		return sum{}
	}
	return list[i-1]
}

// window is a limit that counts over a stretch of time: that just past, or one that began at a known moment.
type window struct {
	length time.Duration
	fixed  bool
	phase  time.Duration
}

// begin is since when counts what counts at a time.
func (w *window) begin(at time.Duration) time.Duration {
	if !w.fixed {
		return at - w.length + 1 // what is as old as the window does not count
	}
	since := (at - w.phase) % w.length
	if since < 0 {
		since += w.length
	}
	return at - since
}

// fit finds how much the window may let through; nothing, if it would have answered otherwise.
func (w *window) fit(log []probe, c Charge, s *sums) (limit Bounds, ok bool) {
	limit.High = math.Inf(1)
	for i := range log {
		p := &log[i]
		k := c.of(p)
		if p.admitted {
			limit.Low = max(limit.Low, w.surely(p, k, s))
		} else {
			limit.High = min(limit.High, w.possibly(p, s)-k.used+k.need)
		}
	}
	return limit, limit.Low < limit.High-rounding*limit.Low
}

// surely is how much was in use when a probe was let through, itself included, at the least.
func (w *window) surely(p *probe, k cost, s *sums) float64 {
	before := until(s.sent, w.begin(p.done), true).used
	ended, earlier := until(s.done, p.done, false), until(s.done, p.sent, true)
	return max(ended.used-before-(ended.debt-earlier.debt), earlier.used-before+k.need)
}

// possibly is how much was in use when a probe was refused, at the most.
func (w *window) possibly(p *probe, s *sums) float64 {
	all, ended := until(s.sent, p.done, false), until(s.done, p.sent, true)
	return all.used - until(s.done, w.begin(p.sent), true).used + all.more - ended.more
}

// phases are the moments at which a fixed window may have begun: if it did so while nobody asked, it is as if it had done so
// with the next probe.
func phases(log []probe, length time.Duration) (list []time.Duration) {
	last := time.Duration(-1)
	for i := range log {
		if p := &log[i]; p.sent > last {
			list = append(list, p.sent%length)
		}
		last = max(last, log[i].done)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// fitFixed tries all phases.
func fitFixed(log []probe, c Charge, length time.Duration, s *sums) (limit Bounds, ok bool) {
	for _, phase := range phases(log, length) {
		w := window{length, true, phase}
		if one, possible := w.fit(log, c, s); possible {
			if ok {
				one = one.hull(limit)
			}
			limit, ok = one, true
		}
	}
	return limit, ok
}
