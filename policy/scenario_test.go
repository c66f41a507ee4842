package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// A scenario is a text of settings, one to a line as "name: value", and of steps, "at | target | event | decision". The targets
// share one state for all requests of the scenario, as they do behind a router.
//
//	target a: provider/model key=1 context=8000 price=2    in order of preference
//	deadline: 1m                                            of each request, from its arrival
//	random: 0.5
//	policy: other-vendor, elsewhere rate_limit, once-billed, max-retries 1, max-attempts 2, max-wait 1m, spread 10s
//
// Events of a request are "arrives", "ok", and a class with what is known of the failure: "quota/project", "retry-after 30s",
// "should-retry true", "billed", "handed out". Events of others are "rests 10s", "out", "restored", "exhausted", "replenished".
// A decision reads "again after 30s: wait", "next b: fallback", "stop: attempts", and goes on with what the failure means for
// the target: "; rests 30s", "; out".
type scenario struct {
	*testing.T
	file string
	line int

	policy   *policy.Policy
	names    []string
	deadline time.Duration

	start   time.Time
	now     time.Time
	history policy.History
	last    policy.Decision
	decided time.Time
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			s := &scenario{T: t, file: file, policy: policy.Default(), start: start, now: start}
			s.history.Random = 0.5
			for line := range strings.Lines(string(text)) {
				s.line++
				s.read(strings.TrimSpace(line))
			}
		})
	}
}

func (s *scenario) read(line string) {
	switch fields := split(line, "|"); {
	case line == "" || strings.HasPrefix(line, "#"):
	case len(fields) == 4:
		s.step(fields[0], fields[1], fields[2], fields[3])
	default:
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			s.broken("no setting and no step: %q", line)
		}
		s.set(name, strings.TrimSpace(value))
	}
}

func split(text, at string) []string {
	fields := strings.Split(text, at)
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

func (s *scenario) broken(format string, args ...any) {
	s.Helper()
	s.Fatalf("%s:%d: %s", s.file, s.line, fmt.Sprintf(format, args...))
}

func (s *scenario) set(name, value string) {
	switch {
	case strings.HasPrefix(name, "target "):
		s.names = append(s.names, strings.TrimPrefix(name, "target "))
		s.history.Candidates = append(s.history.Candidates, s.candidate(strings.Fields(value)))
	case name == "deadline":
		s.deadline = s.duration(value)
	case name == "random":
		s.history.Random = s.number(value)
	case name == "policy":
		for _, edit := range split(value, ",") {
			s.edit(edit)
		}
	default:
		s.broken("no such setting: %q", name)
	}
}

func (s *scenario) candidate(words []string) (c policy.Candidate) {
	c.Provider, c.Model, _ = strings.Cut(words[0], "/")
	for _, word := range words[1:] {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "key":
			c.Key = value
		case "context":
			c.ContextTokens = int(s.number(value))
		case "price":
			c.Cost, c.Priced = request.USD(s.number(value)), true
		default:
			s.broken("a target has no %q", name)
		}
	}
	return c
}

func (s *scenario) edit(edit string) {
	name, value, _ := strings.Cut(edit, " ")
	switch name {
	case "other-vendor":
		s.policy.AllowOtherVendor()
	case "once-billed":
		s.policy.StopIfBilled = true
	case "elsewhere":
		rule := s.policy.Rules[request.Class(value)]
		rule.First = rule.Fallback
		s.policy.Rules[request.Class(value)] = rule
	case "max-retries":
		s.policy.MaxRetries = int(s.number(value))
	case "max-attempts":
		s.policy.MaxAttempts = int(s.number(value))
	case "max-wait":
		s.policy.MaxWait = s.duration(value)
	case "spread":
		s.policy.Spread = s.duration(value)
	default:
		s.broken("no such edit of the policy: %q", edit)
	}
}

func (s *scenario) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.broken("%v", err)
	}
	return d
}

func (s *scenario) number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.broken("%v", err)
	}
	return n
}
