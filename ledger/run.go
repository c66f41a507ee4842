package ledger

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// run is the goroutine that owns the books.
func (l *Ledger) run() {
	defer close(l.done)
	var alarm alarm
	defer alarm.set(0)
	for {
		l.turns.Lock()
		alarm.set(l.wait())
		l.turns.Unlock()
		select {
		case do := <-l.mailbox:
			l.turn(do)
		case <-alarm.rings:
			l.turn(look)
		case <-l.stop:
			l.end()
			return
		}
	}
}

// wait is how long until something is to be done without a message, 0 if there is nothing.
func (l *Ledger) wait() time.Duration {
	if l.books.failed != nil {
		return retryEvery
	}
	if at, ok := l.books.wake(); ok {
		return max(1, time.Until(time.Unix(0, at)))
	}
	return 0
}

// alarm is a timer that costs nothing while it is not used.
type alarm struct {
	timer *time.Timer
	rings <-chan time.Time // nil while it is not set
}

// set makes it ring after d, or, with 0, not at all.
func (a *alarm) set(d time.Duration) {
	switch {
	case d > 0 && a.timer == nil:
		a.timer = time.NewTimer(d)
		a.rings = a.timer.C
	case d > 0:
		a.timer.Reset(d)
		a.rings = a.timer.C
	case a.rings != nil:
		a.timer.Stop()
		a.rings = nil
	}
}

// look is the step of those who only want what is due to be done.
func look(*books, time.Time) {}

// turn takes a step and all that wait behind it, and commits what came of them.
func (l *Ledger) turn(do step) {
	l.turns.Lock()
	defer l.turns.Unlock()
	now := time.Now()
	retry := l.books.failed != nil
	l.books.step(do, now)
	runtime.Gosched() // those who were just answered bring their next message, which then shares the turn and the commit
	for range maxTurn {
		select {
		case do = <-l.mailbox:
			l.books.step(do, now)
			continue
		default:
		}
		break
	}
	l.commit(retry)
	l.deliver()
}

// stepIn takes one step of a ledger without a Store, on the goroutine of the caller.
func (l *Ledger) stepIn(do step) error {
	l.turns.Lock()
	defer l.turns.Unlock()
	if l.closed() {
		return ErrClosed
	}
	l.books.step(do, time.Now())
	l.deliver()
	if _, ok := l.books.wake(); ok { // the goroutine is to set its alarm
		select {
		case l.mailbox <- look:
		default: // it is about to
		}
	}
	return nil
}

// commit writes until nobody waits for it: room that a commit made may have let others in.
func (l *Ledger) commit(retry bool) {
	b := l.books
	for l.cfg.Store != nil && (b.due() || retry) {
		retry = false
		b.committed(l.cfg.Store.Commit(context.Background(), b.batch()))
	}
}

// deliver answers callers, whose channels have room, and sends events.
func (l *Ledger) deliver() {
	b := l.books
	for i, r := range b.replies {
		r.to <- r.err
		b.replies[i] = reply{}
	}
	b.replies = b.replies[:0]
	for _, e := range b.events {
		for _, s := range l.subs {
			s.send(e)
		}
	}
	b.events = empty(b.events)
	if b.draining && b.holds == len(b.unknown) && !l.isIdle() {
		close(l.idle)
	}
}

func (l *Ledger) isIdle() bool {
	select {
	case <-l.idle:
		return true
	default:
		return false
	}
}

// end takes in what has come, answers everybody, and ends the subscriptions.
func (l *Ledger) end() {
	l.turn(func(b *books, _ time.Time) { b.close() })
	l.turns.Lock()
	defer l.turns.Unlock()
	if n := len(l.books.pending.Ends); n > 0 {
		l.err = fmt.Errorf("%w: the ends of %d calls, which the next ledger finds as unknown: %w", ErrNotDurable, n, l.books.failed)
	}
	for _, s := range l.subs {
		close(s.events)
	}
	l.subs = nil
}

// ask lets the goroutine do something with the books, and waits for it. Once the goroutine has ended the caller does it.
func (l *Ledger) ask(do func(*books)) {
	ready := make(chan struct{})
	select {
	case l.mailbox <- func(b *books, _ time.Time) { do(b); close(ready) }:
		select {
		case <-ready:
			return
		case <-l.done:
		}
	case <-l.done:
	}
	select {
	case <-ready:
	default:
		l.turns.Lock()
		defer l.turns.Unlock()
		do(l.books)
	}
}
