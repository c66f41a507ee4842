package policy_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// dumbHealth keeps everything that happened since the state last changed, and counts it anew each time.
type dumbHealth struct {
	cfg     policy.HealthConfig
	state   policy.State
	changes int
	since   []bool // failures, of attempts that both began and ended in this state
	opened  time.Time
	pause   time.Duration
	probe   *time.Time
}

type dumbTrial struct {
	trial   policy.Trial
	changes int
}

func (d *dumbHealth) to(s policy.State) {
	d.state, d.since, d.probe = s, nil, nil
	d.changes++
}

func (d *dumbHealth) begin(now time.Time) {
	if d.state == policy.Open && now.Sub(d.opened) >= d.pause {
		d.to(policy.HalfOpen)
	}
	if d.state == policy.HalfOpen {
		d.probe = &now
	}
}

func (d *dumbHealth) end(now time.Time, t dumbTrial, class request.Class) {
	if t.changes != d.changes {
		return
	}
	d.probe = nil
	if class == request.ClassCanceled || class == request.ClassBudget {
		return
	}
	d.since = append(d.since, slices.Contains([]request.Class{"unknown", "transient", "timeout", "truncated", "overloaded"}, class))
	switch {
	case d.state == policy.Closed && d.broken():
		d.to(policy.Open)
		d.opened, d.pause = now, d.cfg.Pause
	case d.state == policy.HalfOpen && slices.Contains(d.since, true):
		d.to(policy.Open)
		d.opened, d.pause = now, min(2*d.pause, d.cfg.MaxPause)
	case d.state == policy.HalfOpen && len(d.since) >= d.cfg.Probes:
		d.to(policy.Closed)
	}
}

func (d *dumbHealth) broken() bool {
	if n := d.cfg.Consecutive; len(d.since) >= n && !slices.Contains(d.since[len(d.since)-n:], false) {
		return true
	}
	if len(d.since) < d.cfg.Window {
		return false
	}
	failures := 0
	for _, failed := range d.since[len(d.since)-d.cfg.Window:] {
		if failed {
			failures++
		}
	}
	return float64(failures) >= d.cfg.Ratio*float64(d.cfg.Window)
}

func (d *dumbHealth) ready() time.Time {
	switch {
	case d.state == policy.Open:
		return d.opened.Add(d.pause)
	case d.state == policy.HalfOpen && d.probe != nil:
		return d.probe.Add(d.pause)
	}
	return time.Time{}
}

func TestHealthAgainstDumbModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := policy.HealthConfig{
			Consecutive: rapid.IntRange(1, 5).Draw(t, "consecutive"), Window: rapid.IntRange(1, 6).Draw(t, "window"),
			Ratio: float64(rapid.IntRange(1, 10).Draw(t, "ratio")) / 10, Probes: rapid.IntRange(1, 3).Draw(t, "probes"),
			Pause: time.Duration(rapid.IntRange(1, 5).Draw(t, "pause")), MaxPause: time.Duration(rapid.IntRange(5, 20).Draw(t, "most pause")),
		}
		h, d := policy.NewHealth(cfg), &dumbHealth{cfg: cfg}
		now := noon
		var trials []dumbTrial
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "time")))
			if len(trials) == 0 || rapid.Bool().Draw(t, "begin") {
				d.begin(now)
				trials = append(trials, dumbTrial{h.Begin(now), d.changes})
			} else {
				i := rapid.IntRange(0, len(trials)-1).Draw(t, "trial")
				class := rapid.SampledFrom(append([]request.Class{"", "", "transient", "transient"}, classes...)).Draw(t, "class")
				h.End(now, trials[i].trial, class)
				d.end(now, trials[i], class)
				trials = slices.Delete(trials, i, i+1)
			}
			want := d.state
			if want == policy.Open && now.Sub(d.opened) >= d.pause {
				want = policy.HalfOpen
			}
			ready, ok := h.Ready(now)
			if got := h.State(now); got != want || !ok || !ready.Equal(d.ready()) {
				t.Fatalf("%v, ready at %v; the model is %v, ready at %v", got, ready, want, d.ready())
			}
		}
	})
}
