package bulk_test

import (
	"slices"
	"strings"
	"testing"
)

func TestFailuresAreFedBack(t *testing.T) {
	d := newDesk(t, three)
	d.cfg.Check = rejects("TWO")
	d.must()
	if !strings.Contains(d.failures(), `"id":"b"`) {
		t.Fatalf("failures %q", d.failures())
	}
	again := newDesk(t, d.failures())
	again.must()
	if got := again.results(); !slices.Equal(got, []string{"b TWO"}) {
		t.Errorf("of the failures came %v, and %s", got, again.failures())
	}
}
