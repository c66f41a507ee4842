package policy_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// try has one attempt begin and end at a time.
func try(h *policy.Health, seconds int, class request.Class) {
	h.End(at(seconds), h.Begin(at(seconds)), class)
}

func expect(t *testing.T, h *policy.Health, seconds int, state policy.State, ready time.Time) {
	t.Helper()
	got, ok := h.Ready(at(seconds))
	if h.State(at(seconds)) != state || !ok || !got.Equal(ready) {
		t.Errorf("after %d s: %v, ready at %v, %v; want %v at %v", seconds, h.State(at(seconds)), got, ok, state, ready)
	}
}

func TestBreakerOpensProbesAndCloses(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: 3})
	try(h, 0, request.ClassTransient)
	try(h, 0, request.ClassTimeout)
	expect(t, h, 0, policy.Closed, time.Time{})
	try(h, 1, request.ClassOverloaded)
	expect(t, h, 1, policy.Open, at(11))
	expect(t, h, 11, policy.HalfOpen, at(11))

	probe := h.Begin(at(12))
	expect(t, h, 13, policy.HalfOpen, at(22)) // others wait for the probe, but not for ever
	h.End(at(14), probe, request.ClassTransient)
	expect(t, h, 14, policy.Open, at(34)) // twice the pause

	try(h, 34, "")
	expect(t, h, 34, policy.HalfOpen, time.Time{})
	try(h, 35, request.ClassInvalid) // the target works
	expect(t, h, 35, policy.Closed, time.Time{})
	for range 3 {
		try(h, 40, request.ClassTruncated)
	}
	expect(t, h, 40, policy.Open, at(50)) // the pause begins anew
}

func TestBreakerOpensByRatio(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: -1, Window: 5, Ratio: 0.6})
	for _, class := range []request.Class{request.ClassTransient, "", request.ClassTransient, ""} {
		try(h, 0, class)
	}
	expect(t, h, 0, policy.Closed, time.Time{}) // the window is not full
	try(h, 0, request.ClassTransient)
	expect(t, h, 0, policy.Open, at(10))
}

func TestPauseIsBounded(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: 1, Pause: 4 * time.Second, MaxPause: 10 * time.Second})
	for _, c := range []struct{ at, reopens int }{{0, 4}, {4, 12}, {12, 22}, {22, 32}} {
		try(h, c.at, request.ClassTransient)
		expect(t, h, c.at, policy.Open, at(c.reopens))
	}
	if h := policy.NewHealth(policy.HealthConfig{Consecutive: 1, Pause: time.Hour, MaxPause: time.Minute}); true {
		try(h, 0, request.ClassTransient)
		expect(t, h, 0, policy.Open, at(60))
	}
}

// What began before the state changed says nothing of the target any more.
func TestStaleAttemptsDoNotCount(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: 1, Probes: 1})
	late, later := h.Begin(at(0)), h.Begin(at(0))
	try(h, 0, request.ClassTransient)
	probe := h.Begin(at(10))
	h.End(at(11), late, request.ClassTransient)
	expect(t, h, 11, policy.HalfOpen, at(20)) // the probe is still under way
	h.End(at(11), later, "")
	expect(t, h, 11, policy.HalfOpen, at(20))
	h.End(at(12), probe, "")
	expect(t, h, 12, policy.Closed, time.Time{})
}

func TestWhatSaysNothingChangesNothing(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: 2})
	try(h, 0, request.ClassTransient)
	try(h, 0, request.ClassCanceled)
	try(h, 0, request.ClassBudget)
	expect(t, h, 0, policy.Closed, time.Time{})
	try(h, 0, request.ClassTransient)
	expect(t, h, 0, policy.Open, at(10))
	try(h, 10, request.ClassCanceled) // a probe that was cut short frees its place
	expect(t, h, 10, policy.HalfOpen, time.Time{})
}

func TestRestsAndOut(t *testing.T) {
	h := policy.NewHealth(policy.HealthConfig{Consecutive: 1})
	h.Rest(at(30))
	h.Rest(at(20)) // never shortened
	expect(t, h, 0, policy.Closed, at(30))
	try(h, 0, request.ClassTransient)
	expect(t, h, 0, policy.Open, at(30)) // the later of both
	why := &request.Error{Class: request.ClassQuota}
	h.TakeOut(why)
	if _, ok := h.Ready(at(100)); ok || h.Out() != why {
		t.Error("a target that is out is ready")
	}
	h.Restore()
	expect(t, h, 0, policy.Closed, time.Time{})
	if h.Out() != nil {
		t.Error("a restored target is out")
	}
}

func TestStatesHaveNames(t *testing.T) {
	for s, want := range map[interface{ String() string }]string{
		policy.Closed: "closed", policy.Open: "open", policy.HalfOpen: "half-open",
		policy.Stop: "stop", policy.Again: "again", policy.Next: "next",
	} {
		if s.String() != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
}
