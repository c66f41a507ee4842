package sim

import (
	"math/big"
	"time"
)

// dumb is a rate limit that remembers all that ever happened and works every answer out from the beginning, in whole
// numbers.
type dumb struct {
	shape  Shape
	limit  int // at the beginning
	events []dumbEvent
}

type dumbEvent struct {
	at    time.Time
	kind  dumbKind
	n     int       // taken, given back, or the new limit
	taken time.Time // of a refund
	free  bool      // taken while there was no limit
}

type dumbKind uint8

const (
	dumbTake dumbKind = iota
	dumbRefund
	dumbSet
	dumbAsk // fixes the start of a fixed window
)

func (d *dumb) now() int {
	limit := d.limit
	for _, e := range d.events {
		if e.kind == dumbSet {
			limit = e.n
		}
	}
	return limit
}

func (d *dumb) add(e dumbEvent) {
	e.free = e.kind == dumbTake && d.now() == 0
	d.events = append(d.events, e)
}

// fits reports whether n fits at a time. What it says for slack below and above 0 differ where rounding may decide.
func (d *dumb) fits(at time.Time, n int, slack float64) bool {
	limit := d.now()
	if limit == 0 {
		return true
	}
	if d.shape == Fixed || d.shape == Sliding {
		return d.counted(at)+min(n, limit) <= limit
	}
	level, capacity := d.level(at)
	need := new(big.Int).Mul(big.NewInt(int64(n)), dumbToken)
	if need.Cmp(capacity) > 0 {
		need = capacity
	}
	return level.Cmp(need.Sub(need, d.rounding(slack))) >= 0
}

// counted is what counts at a time, in a fixed window or in the last minute.
func (d *dumb) counted(at time.Time) int {
	from := at.Add(-time.Minute + 1)
	if d.shape == Fixed && len(d.events) > 0 {
		from = d.events[0].at
		for !from.Add(time.Minute).After(at) {
			from = from.Add(time.Minute)
		}
	}
	sum := 0
	for _, e := range d.events {
		switch {
		case e.kind == dumbTake && !e.free && !e.at.Before(from):
			sum += e.n
		case e.kind == dumbRefund && !e.taken.Before(from):
			sum -= e.n
		}
	}
	return sum
}

// dumbToken is one token in the unit of level: what a limit of 1 a minute gives in a nanosecond.
var dumbToken = big.NewInt(int64(time.Minute))

// level is what a bucket holds at a time, and what it can hold.
func (d *dumb) level(at time.Time) (level, capacity *big.Int) {
	window := time.Minute
	if d.shape == Second {
		window = time.Second
	}
	holds := func(limit int) *big.Int {
		c := new(big.Int).Mul(big.NewInt(int64(limit)), big.NewInt(int64(window)))
		if c.Cmp(dumbToken) < 0 {
			c.Set(dumbToken)
		}
		return c
	}
	limit := d.limit
	level, capacity = holds(limit), holds(limit)
	atMost := func() {
		if level.Cmp(capacity) > 0 {
			level.Set(capacity)
		}
	}
	last := at
	if len(d.events) > 0 {
		last = d.events[0].at
	}
	for _, e := range append(d.events, dumbEvent{at: at, kind: dumbAsk}) {
		level.Add(level, new(big.Int).Mul(big.NewInt(int64(limit)), big.NewInt(int64(e.at.Sub(last)))))
		atMost()
		last = e.at
		n := new(big.Int).Mul(big.NewInt(int64(e.n)), dumbToken)
		switch e.kind {
		case dumbTake:
			level.Sub(level, n)
		case dumbRefund:
			level.Add(level, n)
		case dumbSet:
			capacity = holds(e.n)
			if limit == 0 {
				level.Set(capacity)
			}
			limit = e.n
		}
		atMost()
	}
	return level, capacity
}

// rounding is a number of billionths of a token, more where a large limit has made for large numbers.
func (d *dumb) rounding(slack float64) *big.Int {
	largest := d.limit
	for _, e := range d.events {
		if e.kind == dumbSet {
			largest = max(largest, e.n)
		}
	}
	return big.NewInt(int64(slack * (1e-9 + 1e-14*float64(largest)) * float64(time.Minute)))
}
