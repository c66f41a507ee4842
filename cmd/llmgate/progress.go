package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/bulk"
)

// tellEvery is the time between lines about progress where nobody watches, and between events.
const tellEvery = 10 * time.Second

// tell writes how things stand from time to time.
func (r *report) tell() {
	every(tellEvery, r.stop, func() {
		line := progressText(r.snapshot())
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprintln(r.w, line)
	})
}

// watch keeps one line that changes on the screen.
func (r *report) watch() {
	every(100*time.Millisecond, r.stop, func() {
		line := fitting(progressText(r.snapshot()), r.width())
		r.mu.Lock()
		defer r.mu.Unlock()
		r.clear()
		fmt.Fprint(r.w, line)
		r.shown = true
	})
}

// every does something again and again, until stop is closed.
func every(interval time.Duration, stop <-chan struct{}, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			do()
		case <-stop:
			return
		}
	}
}

// clear takes the line of progress off the screen.
func (r *report) clear() {
	if r.shown {
		fmt.Fprint(r.w, "\r\033[K")
		r.shown = false
	}
}

// fitting cuts a line that would wrap, and so could not be taken off the screen. A width of 0 is not known.
func fitting(line string, width int) string {
	letters := []rune(line)
	if width <= 1 || len(letters) < width {
		return line
	}
	return string(letters[:width-2]) + "…"
}

// snapshot is how the run stands.
func (r *report) snapshot() bulk.Snapshot {
	if r.job != nil {
		return r.job.Snapshot()
	}
	r.mu.Lock()
	s := bulk.Snapshot{Total: r.total, Answered: r.answered, Failed: r.failures, Spent: r.spent, Unpriced: r.free, Elapsed: time.Since(r.start)}
	r.mu.Unlock()
	s.InFlight, s.Rate = r.run.InFlight(), perSecond(s.Answered+s.Failed, s.Elapsed)
	s.LimitUsed, s.Waiting = bulk.Pressure(r.gate.Stats())
	return s
}

// progressText is how a run stands, on one line.
func progressText(s bulk.Snapshot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s done, %s failed, %s in flight", grouped(s.Done()), grouped(s.Failed+s.EarlierFailed), grouped(s.InFlight))
	if n, known := s.Pending(); known {
		fmt.Fprintf(&b, ", %s pending", grouped(max(0, n-s.InFlight)))
	}
	fmt.Fprintf(&b, ", %.1f/s", s.Rate)
	if s.Spent > 0 || s.Unpriced == 0 {
		fmt.Fprintf(&b, ", %v", s.Spent)
	}
	if cost, known := s.Projected(); known {
		fmt.Fprintf(&b, " of about %v", cost)
	}
	if s.LimitUsed > 0 {
		fmt.Fprintf(&b, ", %.0f %% of the limit", 100*s.LimitUsed)
	}
	if left, known := s.ETA(); known {
		fmt.Fprintf(&b, ", %s left", left.Round(time.Second))
	}
	if s.Waiting != "" {
		fmt.Fprintf(&b, "; %s", s.Waiting)
	}
	return b.String()
}
