// Package guard keeps what a call costs from growing unseen: its test holds what is measured in one run to the baseline that lies
// beside it, and runs with all other tests. Allocations and bytes are counted. Time is a multiple of a yardstick's, which is
// measured in turns with it, so that it says little about the machine; it is bounded all the more generously.
//
// It tells nothing of how fast anything is: for that there are the benchmarks.
package guard

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Cost is what one operation costs: allocations, bytes allocated, and its time as a multiple of the yardstick's.
type Cost struct{ Allocations, Bytes, Time float64 }

// least takes from each of two measurements what is less: noise only adds.
func (c Cost) least(d Cost) Cost {
	return Cost{min(c.Allocations, d.Allocations), min(c.Bytes, d.Bytes), min(c.Time, d.Time)}
}

// Baseline is what operations cost, by name.
type Baseline map[string]Cost

// The bounds: a share of the baseline, and for small numbers a little more.
const (
	mostCounted = 1.2
	moreAllocs  = 2
	moreBytes   = 128
	mostTime    = 2
)

// Faults says what costs more than the baseline allows, and which names are in only one of the two.
func (b Baseline) Faults(now Baseline) (faults []string) {
	for _, name := range slices.Sorted(maps.Keys(now)) {
		was, ok := b[name]
		if !ok {
			faults = append(faults, name+" is not in the baseline")
			continue
		}
		check := func(what string, was, is, most float64) {
			if !(is <= most) {
				faults = append(faults, fmt.Sprintf("%s: %s is %.4g, at most %.4g; the baseline has %.4g", name, what, is, most, was))
			}
		}
		c := now[name]
		check("allocations", was.Allocations, c.Allocations, mostCounted*was.Allocations+moreAllocs)
		check("bytes", was.Bytes, c.Bytes, mostCounted*was.Bytes+moreBytes)
		check("time", was.Time, c.Time, mostTime*was.Time)
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := now[name]; !ok {
			faults = append(faults, name+" is in the baseline and was not measured")
		}
	}
	return faults
}

// head stands above the lines of a baseline.
const head = "# One operation: its allocations, bytes, and time as a multiple of the yardstick's. Written by: go test ./bench/guard -update"

// String is the form that Parse reads.
func (b Baseline) String() string {
	var text strings.Builder
	fmt.Fprintln(&text, head)
	for _, name := range slices.Sorted(maps.Keys(b)) {
		c := b[name]
		fmt.Fprintf(&text, "%-20s %6.1f %8.0f %8.3f\n", name, c.Allocations, c.Bytes, c.Time)
	}
	return text.String()
}

// Parse reads a line for each operation: its name, without space, and three numbers.
func Parse(text string) (Baseline, error) {
	b := Baseline{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 4 {
			return nil, fmt.Errorf("line %d has %d fields; a name and three numbers are needed", n, len(fields))
		}
		var numbers [3]float64
		for i := range numbers {
			var err error
			if numbers[i], err = strconv.ParseFloat(fields[i+1], 64); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
		}
		b[fields[0]] = Cost{numbers[0], numbers[1], numbers[2]}
	}
	return b, lines.Err()
}
