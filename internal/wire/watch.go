package wire

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// watch ends a call that has waited too long for the provider: for the response headers, or for more of the body. Only
// time spent waiting counts, so a slow reader of a stream is never mistaken for a stalled server.
//
// The timer is not moved at each step, which would cost more than the step. It fires at intervals and looks at when the
// current wait began. Watches are not pooled: a timer made in a synctest bubble must not leave it.
type watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	start  time.Time
	// began is when the current wait began, in nanoseconds after start; notWaiting between waits.
	began atomic.Int64

	mu    sync.Mutex
	limit time.Duration
	due   time.Duration // when the timer fires, after start
	cause error
	done  bool
	// expired: the watch ended the call.
	expired bool
}

const notWaiting = -1

// startWatch begins the first wait at once: after limit, cancel is called with cause. soon is the limit expected to come next: a
// timer that looks by then need not be moved, which can wake a processor for nothing.
func startWatch(limit, soon time.Duration, cause error, cancel context.CancelCauseFunc) *watch {
	w := &watch{cancel: cancel, start: time.Now(), limit: limit, due: min(limit, soon), cause: cause}
	w.mu.Lock() // the timer may fire before it is stored
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(w.due, w.look)
	return w
}

// next ends the current wait and sets the limit of the ones to come, and the cause to give when one exceeds it.
func (w *watch) next(limit time.Duration, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest()
	w.limit, w.cause = limit, cause
	if now := time.Since(w.start); now+limit < w.due {
		w.set(now, limit)
	}
}

// set has the timer look after a while.
func (w *watch) set(now, after time.Duration) {
	w.due = now + after
	w.timer.Reset(after)
}

// wait begins a wait, rest ends it.
func (w *watch) wait() { w.began.Store(int64(time.Since(w.start))) }
func (w *watch) rest() { w.began.Store(notWaiting) }

// look runs on the timer.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	now, left := time.Since(w.start), w.limit
	if began := w.began.Load(); began != notWaiting {
		left -= now - time.Duration(began)
	}
	if left <= 0 {
		w.expired = true
		w.cancel(w.cause)
		return
	}
	w.set(now, left)
}

// stop ends the watch; cancel is not called after it returns.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	w.timer.Stop()
}

// because replaces the error of a call that the watch ended by the cause it gave: what a transport returns of a cancelled
// context is up to the transport.
func (w *watch) because(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.expired {
		return w.cause
	}
	return err
}
