package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"text/tabwriter"
)

// report collects how the sources agreed.
type report struct {
	counts map[string]*[verdicts]int
	notes  []string
	faults []string
}

func newReport() *report { return &report{counts: map[string]*[verdicts]int{}} }

// count counts cliffs together, wherever they are.
func (r *report) count(field string, v verdict) {
	field = cliffs.ReplaceAllString(field, ">")
	if r.counts[field] == nil {
		r.counts[field] = new([verdicts]int)
	}
	r.counts[field][v]++
}

var cliffs = regexp.MustCompile(`>\d+`)

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// fault is what must be settled before the table is good.
func (r *report) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *report) write(w io.Writer) {
	for _, note := range r.notes {
		fmt.Fprintln(w, note)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "field\t")
	for _, name := range verdictNames {
		fmt.Fprint(table, name, "\t")
	}
	for _, field := range slices.Sorted(maps.Keys(r.counts)) {
		fmt.Fprintf(table, "\n%s\t", field)
		for _, n := range r.counts[field] {
			fmt.Fprint(table, n, "\t")
		}
	}
	fmt.Fprintln(table)
	table.Flush()
	for _, fault := range r.faults {
		fmt.Fprintln(w, "FAULT:", fault)
	}
}
