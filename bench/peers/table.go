package main

import (
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// column is one of a table.
type column struct {
	title string
	text  func(o *outcome, p *peer) string
}

// section is a comparison as it is written down.
type section struct {
	kind, title string
	columns     []column
}

// The figures of both comparisons of cost.
var costs = []column{
	{"CPU", plain("cpu", "%.1f µs", 1e3)},
	{"CPU, hand-written = 1", ratio("cpu")},
	{"allocations", plain("allocations", "%.0f", 1)},
	{"allocations, hand-written = 1", ratio("allocations")},
	{"KB allocated", plain("bytes", "%.1f", 1e3)},
	{"p50", plain("p50", "%.2f ms", 1e6)},
	{"p99", plain("p99", "%.2f ms", 1e6)},
}

var sections = []section{
	{cell.Complete, "An answer of 1 KB, 64 callers", costs},
	{cell.Stream, "A stream of 100 chunks, 64 callers", costs},
	{cell.Held, "Waiting for the provider, over HTTP/1.1", []column{
		{"KB for each request in flight", plain("memory", "%.1f", 1e3)},
		{"of it stacks", plain("stacks", "%.1f", 1e3)},
		{"hand-written = 1", ratio("memory")},
		{"goroutines", plain("goroutines", "%.1f", 1)},
	}},
	{cell.Limited, fmt.Sprintf("Under a rate limit of %d requests a minute, granted second by second; 64 callers", cell.RPM), []column{
		{"answered", plain("answered", "%.1f %%", 0.01)},
		{"429s", plain("refused", "%.0f", 1)},
		{"requests sent for each answer", plain("requests", "%.2f", 1)},
		{"time", plain("wall", "%.1f s", 1)},
		{"shortest possible = 1", wallRatio},
	}},
}

const none = "–"

func plain(figure, format string, unit float64) func(*outcome, *peer) string {
	return func(o *outcome, p *peer) string {
		s, ok := o.of(p.name, figure)
		if !ok {
			return "failed"
		}
		return fmt.Sprintf(format, s.median/unit)
	}
}

func ratio(figure string) func(*outcome, *peer) string {
	return func(o *outcome, p *peer) string {
		s, ok := o.ratio(p, figure)
		if !ok {
			return none
		}
		return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high)
	}
}

// wallRatio is for those who had every request answered: who gives up is done sooner.
func wallRatio(o *outcome, p *peer) string {
	if answered, ok := o.of(p.name, "answered"); !ok || answered.low < 1 {
		return none
	}
	s, _ := o.of(p.name, "wall ratio")
	return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high)
}

// grid writes a table in Markdown, a row for each peer.
func grid(b *strings.Builder, list []*peer, titles []string, text func(p *peer, column int) string) {
	b.WriteString("| | " + strings.Join(titles, " | ") + " |\n" + strings.Repeat("|---", len(titles)+1) + "|\n")
	for _, p := range list {
		b.WriteString("| " + p.name + " |")
		for i := range titles {
			b.WriteString(" " + text(p, i) + " |")
		}
		b.WriteString("\n")
	}
}

// write writes a comparison down: its title, the table, and who failed of what.
func (s section) write(b *strings.Builder, o *outcome, rounds, n int) {
	fmt.Fprintf(b, "**%s** (%d requests, %s):\n\n", s.title, n, times(rounds))
	titles := make([]string, len(s.columns))
	for i, c := range s.columns {
		titles[i] = c.title
	}
	list := taking(s.kind)
	grid(b, list, titles, func(p *peer, i int) string { return s.columns[i].text(o, p) })
	for _, p := range list {
		if faults := o.faults[p.name]; len(faults) > 0 {
			fmt.Fprintf(b, "\n%s failed in %d of %s: %s.\n", p.name, len(faults), times(rounds), strings.Join(strings.Fields(faults[0].Error()), " "))
		}
	}
}

func times(rounds int) string {
	if rounds == 1 {
		return "1 round"
	}
	return fmt.Sprintf("%d rounds", rounds)
}
