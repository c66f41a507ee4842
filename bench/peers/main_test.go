package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func TestMain(m *testing.M) {
	server().ServeIfAsked()
	cell.ObeyIfAsked(opener)
	os.Exit(m.Run())
}

// Two rounds of a comparison, each measurement in a process. A client whose program is not there is reported as that, and the others are
// measured all the same.
func TestComparison(t *testing.T) {
	root, stop, err := yardstick.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	lacking := programs{map[string]string{"": os.Args[0]}, map[string]error{"fantasy": errors.New("no program")}}
	o := comparison{cell.Complete, root, 2, 64, lacking, io.Discard}.run()
	for _, p := range taking(cell.Complete) {
		switch faults := o.faults[p.name]; {
		case p.folder != "" && len(faults) != 2:
			t.Errorf("%s has no program, but failed of %v", p.name, faults)
		case p.folder == "" && len(faults) > 0:
			t.Errorf("%s failed: %v", p.name, faults)
		case p.folder == "" && (len(o.rounds[p.name]) != 2 || o.rounds[p.name][1]["allocations"] < 20):
			t.Errorf("%s has figures %v", p.name, o.rounds[p.name])
		}
	}
	r := report{rounds: 2, programs: lacking, made: map[string]*outcome{cell.Complete: o}, requests: map[string]int{cell.Complete: 64}}
	if text := r.tables(); strings.Count(text, "failed") != 6 || !strings.Contains(text, "fantasy failed in 2 of 2 rounds: no program.") {
		t.Errorf("the table does not say what failed:\n%s", text)
	}
}

func TestFlags(t *testing.T) {
	for name, s := range map[string]settings{
		"no rounds": {}, "negative": {rounds: 1, n: -1}, "unknown": {rounds: 1, only: "held,speed"}, "a part for the document": {rounds: 1, only: "held", write: true},
	} {
		if kinds, err := s.kinds(); err == nil {
			t.Errorf("%s: %+v makes %v", name, s, kinds)
		}
	}
	got, err := settings{rounds: 1, only: "held,limited"}.kinds()
	if diff := cmp.Diff([]string{"held", "limited"}, got); err != nil || diff != "" {
		t.Errorf("error %v, kinds %s", err, diff)
	}
}
