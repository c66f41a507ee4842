//go:build !race

package guard

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the baseline anew")

// again is how often what costs too much is measured once more: noise only adds, and is not there each time.
const again = 4

// It is left out under the race detector, which allocates on its own account.
func TestCallsCostNoMore(t *testing.T) {
	all, now := operations(t), Baseline{}
	for name, op := range all {
		now[name] = Measure(op)
	}
	if *update {
		for name, op := range all {
			now[name] = now[name].least(Measure(op))
		}
		if err := os.WriteFile(file, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b := read(t)
	faults := b.Faults(now)
	for range again {
		if len(faults) == 0 {
			break
		}
		for name, op := range all {
			now[name] = now[name].least(Measure(op))
		}
		faults = b.Faults(now)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
	if t.Failed() {
		t.Log("if it has to be so, write the baseline anew: go test ./bench/guard -update")
	}
}

var kept *[1024]byte

func TestMeasure(t *testing.T) {
	c := Measure(func(n int) {
		for range n {
			kept = new([1024]byte)
		}
	})
	if c.Allocations != 1 || c.Bytes != 1024 || c.Time <= 0 {
		t.Errorf("an allocation of 1024 bytes costs %+v", c)
	}
}
