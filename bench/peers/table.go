package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// column is one of a table.
type column struct {
	title string
	cell  func(o outcome, p *peer) string
}

// section is a comparison as it is written down.
type section struct {
	kind, title string
	columns     []column
}

// The figures of both comparisons of cost.
var costs = []column{
	{"CPU", func(o outcome, p *peer) string { return fmt.Sprintf("%.1f µs", o.of(p.name, "cpu").median/1e3) }},
	{"CPU, hand-written = 1", ratio("cpu")},
	{"allocations", plain("allocations", "%.0f", 1)},
	{"allocations, hand-written = 1", ratio("allocations")},
	{"KB allocated", plain("bytes", "%.1f", 1e3)},
	{"p50", plain("p50", "%.2f ms", 1e6)},
	{"p99", plain("p99", "%.2f ms", 1e6)},
}

var sections = []section{
	{complete, "An answer of 1 KB, 64 callers", costs},
	{streamed, "A stream of 100 chunks, 64 callers", costs},
	{held, "Waiting for the provider, over HTTP/1.1", []column{
		{"KB for each request in flight", plain("memory", "%.1f", 1e3)},
		{"of it stacks", plain("stacks", "%.1f", 1e3)},
		{"hand-written = 1", ratio("memory")},
		{"goroutines", plain("goroutines", "%.1f", 1)},
	}},
	{limited, fmt.Sprintf("Under a rate limit of %d requests a minute, granted second by second; 64 callers", rpm), []column{
		{"answered", plain("answered", "%.1f %%", 0.01)},
		{"429s", plain("refused", "%.0f", 1)},
		{"requests sent for each answer", plain("requests", "%.2f", 1)},
		{"time", plain("wall", "%.1f s", 1)},
		{"shortest possible = 1", plain("wall ratio", "%.2f", 1)},
	}},
}

func plain(figure, format string, unit float64) func(outcome, *peer) string {
	return func(o outcome, p *peer) string { return fmt.Sprintf(format, o.of(p.name, figure).median/unit) }
}

func ratio(figure string) func(outcome, *peer) string {
	return func(o outcome, p *peer) string {
		s := o.ratio(p, figure)
		return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high)
	}
}

// write writes the table of a comparison in Markdown.
func (s section) write(w io.Writer, o outcome, rounds, n int) {
	fmt.Fprintf(w, "**%s** (%d requests, %d rounds):\n\n", s.title, n, rounds)
	head, rule := "| |", "|---|"
	for _, c := range s.columns {
		head, rule = head+" "+c.title+" |", rule+"---|"
	}
	fmt.Fprintln(w, head+"\n"+rule)
	for _, p := range taking(s.kind) {
		fmt.Fprintf(w, "| %s |", p.name)
		for _, c := range s.columns {
			text := "failed"
			if len(o.rounds[p.name]) > 0 {
				text = c.cell(o, p)
			}
			fmt.Fprintf(w, " %s |", text)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	for name, err := range o.faults {
		fmt.Fprintf(w, "%s failed in at least one round: %v.\n\n", name, err)
	}
	if s.kind == limited {
		fmt.Fprintf(w, "The shortest possible is %v, with every answer after %v.\n\n", shortest(n).Round(10*time.Millisecond), thinking)
	}
}

// legend says who was compared, and how each was set.
func legend(w io.Writer) {
	fmt.Fprintln(w, "Who was compared, each at its best documented settings:")
	fmt.Fprintln(w)
	for _, p := range peers {
		fmt.Fprintf(w, "- %s: %s\n", strings.TrimSpace(p.name+" "+p.version()), p.note)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "Not compared: fantasy v0.41.2, which does not compile beside openai-go v3.96.0.")
	fmt.Fprintln(w)
}

// summary is for the README: the whole path beside the leanest of the others.
func summary(w io.Writer, all map[string]outcome) {
	const whole = "llmgate, whole path"
	for _, s := range sections[:2] {
		o, ok := all[s.kind]
		if !ok {
			continue
		}
		us, _ := peerNamed(whole)
		fmt.Fprintf(w, "%s: llmgate's whole path takes %.2f × the CPU of hand-written code and %.0f allocations", s.title, o.ratio(us, "cpu").median, o.of(whole, "allocations").median)
		for _, p := range taking(s.kind) {
			if p.module != "" && p.base == us.base && len(o.rounds[p.name]) > 0 {
				fmt.Fprintf(w, "; %s %.2f × and %.0f", p.name, o.ratio(p, "cpu").median, o.of(p.name, "allocations").median)
			}
		}
		fmt.Fprintln(w, ".")
	}
}
