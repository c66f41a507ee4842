package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// step plays one line of a scenario. An empty time is the one before, an empty target the one last decided on.
func (s *scenario) step(at, target, event, want string) {
	if at != "" {
		s.now = s.start.Add(s.duration(at))
	}
	index := s.last.Target
	if target != "" {
		if index = slices.Index(s.names, target); index < 0 {
			s.broken("no target %q", target)
		}
	}
	switch {
	case event == "arrives":
		s.arrive(want)
	case s.others(index, event):
	default:
		s.end(index, event, want)
	}
}

func (s *scenario) arrive(want string) {
	s.history.Attempts, s.history.HandedOut, s.history.Deadline = nil, false, time.Time{}
	if s.deadline > 0 {
		s.history.Deadline = s.now.Add(s.deadline)
	}
	s.decide(want)
}

// others plays what happens beside the request.
func (s *scenario) others(target int, event string) bool {
	word, value, _ := strings.Cut(event, " ")
	switch word {
	case "rests":
		s.rest(target, s.duration(value))
	case "out", "restored":
		s.history.Candidates[target].Out = word == "out"
	case "exhausted", "replenished":
		s.history.Exhausted = word == "exhausted"
	default:
		return false
	}
	return true
}

func (s *scenario) rest(target int, d time.Duration) {
	c := &s.history.Candidates[target]
	if until := s.now.Add(d); until.After(c.RestsUntil) {
		c.RestsUntil = until
	}
}

// end plays the end of an attempt.
func (s *scenario) end(target int, event, want string) {
	switch sent := s.decided.Add(s.last.Wait); {
	case s.last.Action == policy.Stop || target != s.last.Target:
		s.broken("the last decision sends nothing to that target: %s", s.text(s.last))
	case s.now.Before(sent):
		s.broken("the attempt ends before it is sent, at %v", sent.Sub(s.start))
	}
	a := policy.Attempt{Target: target, Waited: s.last.Wait}
	if event != "ok" {
		a.Err = s.failure(event)
	}
	s.history.Attempts = append(s.history.Attempts, a)
	s.decide(want)
}

func (s *scenario) failure(event string) *request.Error {
	parts := split(event, ",")
	class, reason, _ := strings.Cut(parts[0], "/")
	e := &request.Error{Class: request.Class(class), Reason: request.Reason(reason)}
	if _, ok := policy.Default().Rules[e.Class]; !ok {
		s.broken("no such class: %q", class)
	}
	for _, part := range parts[1:] {
		switch name, value, _ := strings.Cut(part, " "); {
		case name == "retry-after":
			e.RetryAfter = s.duration(value)
		case name == "should-retry":
			e.ShouldRetry = new(value == "true")
		case name == "billed":
			e.MaybeBilled = true
		case part == "handed out":
			s.history.HandedOut = true
		default:
			s.broken("a failure has no %q", part)
		}
	}
	return e
}

func (s *scenario) decide(want string) {
	d := s.policy.Decide(&s.history, s.now)
	if got := s.text(d); got != want {
		s.Errorf("%s:%d: decided %q, not %q", s.file, s.line, got, want)
	}
	if n := len(s.history.Attempts); n > 0 {
		failed := s.history.Attempts[n-1].Target
		s.rest(failed, d.Rest)
		s.history.Candidates[failed].Out = s.history.Candidates[failed].Out || d.Out
	}
	s.last, s.decided = d, s.now
}

func (s *scenario) text(d policy.Decision) string {
	text := d.Action.String()
	if d.Action == policy.Next {
		text += " " + s.names[d.Target]
	}
	if d.Wait > 0 {
		text += " after " + short(d.Wait)
	}
	text += ": " + string(d.Why)
	if d.Rest > 0 {
		text += "; rests " + short(d.Rest)
	}
	if d.Out {
		text += "; out"
	}
	return text
}

// short writes "10m" for "10m0s".
func short(d time.Duration) string {
	text := fmt.Sprint(d)
	if cut, ok := strings.CutSuffix(text, "m0s"); ok {
		text = cut + "m"
	}
	if cut, ok := strings.CutSuffix(text, "h0m"); ok {
		text = cut + "h"
	}
	return text
}
