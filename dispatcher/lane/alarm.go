package lane

import (
	"sync"
	"time"
)

// alarm calls ring at a time or a little earlier than asked last: one that is set for a later time is left as it is, for an
// idle step costs less than setting it anew each time. The lane's lock guards it.
type alarm struct {
	ring    func()
	timer   *time.Timer
	at      time.Time // zero when not set
	stopped bool
	ringing sync.WaitGroup
}

// set asks for a ring at a time; zero asks for none.
func (a *alarm) set(now, at time.Time) {
	if at.IsZero() || a.stopped || !a.at.IsZero() && !at.Before(a.at) {
		return
	}
	if a.timer == nil {
		a.ringing.Add(1)
		a.timer = time.AfterFunc(at.Sub(now), a.rings)
	} else if !a.timer.Reset(at.Sub(now)) {
		a.ringing.Add(1)
	}
	a.at = at
}

func (a *alarm) rings() {
	defer a.ringing.Done()
	a.ring()
}

// stop ends the alarm and waits for a ring that is under way. The lock is not held.
func (a *alarm) stop(mu *sync.Mutex) {
	mu.Lock()
	a.stopped = true
	if a.timer != nil && a.timer.Stop() {
		a.ringing.Done()
	}
	mu.Unlock()
	a.ringing.Wait()
}
