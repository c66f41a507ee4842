package limiter

import "time"

// Window allows a number of units until it ends, and then as many again.
type Window struct {
	limit  int
	length time.Duration
	used   int
	end    time.Time
}

// NewWindow makes a window that begins with the first use.
func NewWindow(limit int, length time.Duration) *Window { return &Window{limit: limit, length: length} }

// SetLimit changes what is allowed, in this window as well.
func (w *Window) SetLimit(limit int) { w.limit = limit }

// SetEnd says when the present window ends.
func (w *Window) SetEnd(now, end time.Time) {
	w.roll(now)
	w.end = end
}

// Start is when the present window began.
func (w *Window) Start(now time.Time) time.Time {
	w.roll(now)
	return w.end.Add(-w.length)
}

// Wait is how long until n fit, 0 if they do. What is larger than the limit waits for a window in which nothing is used.
func (w *Window) Wait(now time.Time, n int) time.Duration {
	w.roll(now)
	if w.used+min(n, w.limit) <= w.limit {
		return 0
	}
	return w.end.Sub(now)
}

// Take uses n.
func (w *Window) Take(now time.Time, n int) {
	w.roll(now)
	w.used += n
}

// Give brings back n of what was taken at a time, if that was in the present window. Below 0 it takes more.
func (w *Window) Give(now, taken time.Time, n int) {
	w.roll(now)
	if !taken.Before(w.end.Add(-w.length)) {
		w.used -= n
	}
}

// Level is what may still be used in this window, negative in debt.
func (w *Window) Level(now time.Time) float64 {
	w.roll(now)
	return float64(w.limit - w.used)
}

func (w *Window) roll(now time.Time) {
	switch {
	case w.end.IsZero():
		w.end = now.Add(w.length)
	case !now.Before(w.end):
		w.used = 0
		w.end = w.end.Add((now.Sub(w.end)/w.length + 1) * w.length)
	}
}
