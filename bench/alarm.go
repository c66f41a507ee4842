package bench

import (
	"context"
	"time"
)

// alarm wakes when a request is due. The runtime's timers may be late by a millisecond while nothing else goes on, because
// the wait for the network counts in milliseconds. So the last of a wait is left to the system, which is late by less than
// a tenth of that.
type alarm struct {
	ctx   context.Context
	timer *time.Timer
	// exact: the clock stands still while the system sleeps. It is a test's, and its timers are exact.
	exact bool
}

// coarse is how late a timer may be.
const coarse = 2 * time.Millisecond

func newAlarm(ctx context.Context) *alarm {
	before := time.Now()
	nap(50 * time.Microsecond)
	a := &alarm{ctx: ctx, timer: time.NewTimer(0), exact: time.Now().Equal(before)}
	<-a.timer.C
	return a
}

// until blocks until a time and reports whether it came, or the context ended first.
func (a *alarm) until(due time.Time) bool {
	d := time.Until(due)
	if !a.exact {
		d -= coarse
	}
	if d > 0 && !a.sleep(d) {
		return false
	}
	for d := time.Until(due); d > 0 && !a.exact; d = time.Until(due) {
		nap(d)
	}
	return a.ctx.Err() == nil
}

func (a *alarm) sleep(d time.Duration) bool {
	a.timer.Reset(d)
	select {
	case <-a.timer.C:
		return true
	case <-a.ctx.Done():
		return false
	}
}
