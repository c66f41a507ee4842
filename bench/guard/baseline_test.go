package guard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T) Baseline {
	t.Helper()
	b, err := Parse(stored)
	if err != nil || len(b) == 0 {
		t.Fatalf("%d lines, %v", len(b), err)
	}
	return b
}

// Whatever doubles, of whatever operation, is found, and noise is not.
func TestFaultsOfWhatDoubles(t *testing.T) {
	b := read(t)
	for name, c := range b {
		for what, doctored := range map[string]Cost{
			"allocations": {2*c.Allocations + moreAllocs, c.Bytes, c.Time},
			"bytes":       {c.Allocations, 2*c.Bytes + moreBytes, c.Time},
			"time":        {c.Allocations, c.Bytes, 2.1 * c.Time},
		} {
			if c.Allocations == 0 && what != "time" {
				doctored.Allocations, doctored.Bytes = moreAllocs+1, moreBytes+1
			}
			now := b.with(name, doctored)
			if faults := b.Faults(now); len(faults) == 0 || !strings.Contains(faults[0], name+": ") {
				t.Errorf("%s of %s: got %q", what, name, faults)
			}
		}
		noisy := b.with(name, Cost{1.1*c.Allocations + 1, 1.1*c.Bytes + 100, 1.9 * c.Time})
		if faults := b.Faults(noisy); len(faults) > 0 {
			t.Errorf("noise in %s: %q", name, faults)
		}
	}
}

// with is a copy in which an operation costs something else.
func (b Baseline) with(name string, c Cost) Baseline {
	now := Baseline{name: c}
	for other, cost := range b {
		if other != name {
			now[other] = cost
		}
	}
	return now
}

func TestFaultsOfNames(t *testing.T) {
	got := Baseline{"gone": {1, 1, 1}}.Faults(Baseline{"new": {1, 1, 1}})
	want := []string{"new is not in the baseline", "gone is in the baseline and was not measured"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParse(t *testing.T) {
	b := Baseline{"a/b": {Allocations: 1.5, Bytes: 96, Time: 0.125}, "c": {}}
	if got, err := Parse(b.String()); err != nil || !cmp.Equal(got, b) {
		t.Errorf("%s\nreads as %v, %v", b, got, err)
	}
	for text, says := range map[string]string{"\na 1 2": "line 2 has 3 fields", "a 1 2 x": "line 1: "} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
