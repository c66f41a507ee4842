package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// report is all that was found. Its texts are Markdown.
type report struct {
	machine  string
	programs programs
	rounds   int
	made     map[string]*outcome // by kind
	requests map[string]int
}

// machine says where the figures are from, and what else it had to do, where the system tells.
func machine(now time.Time) string {
	text := fmt.Sprintf("%s, %d processors, %s, %s/%s", now.UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	load, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(load)); err == nil && len(fields) > 0 {
		text += ", load " + fields[0] + " before the run"
	}
	return text
}

// tables are for docs/benchmarks.md.
func (r report) tables() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. Medians; of ratios, which are taken round by round, also the range.\n\n", r.machine)
	r.legend(&b)
	for _, s := range sections {
		o, ok := r.made[s.kind]
		if !ok {
			continue
		}
		b.WriteString("\n")
		s.write(&b, o, r.rounds, r.requests[s.kind])
		b.WriteString(r.foot(s.kind, o))
	}
	return b.String()
}

// legend says who was compared, and how each was set.
func (r report) legend(b *strings.Builder) {
	b.WriteString("| | version | settings |\n|---|---|---|\n")
	for i := range peers {
		p := &peers[i]
		path, _ := r.programs.of(p)
		fmt.Fprintf(b, "| %s | %s | %s |\n", p.name, p.version(path), p.note)
	}
}

// foot says what is to be known of all figures of a table.
func (r report) foot(kind string, o *outcome) string {
	switch kind {
	case cell.Complete, cell.Stream:
		if server, ok := o.of(rawChat, "server"); ok {
			return fmt.Sprintf("\nFor each, the server's process takes %.0f µs of CPU on the same processors.\n", server.median/1e3)
		}
	case cell.Limited:
		return fmt.Sprintf("\nThe shortest possible is %v, with every answer after %v. Each request is one call of the client, whose own retries count.\n",
			cell.Shortest(r.requests[kind]).Round(10*time.Millisecond), cell.Thinking)
	}
	return ""
}

// summary is for README.md: those in OpenAI's dialect, and what matters most of each comparison.
func (r report) summary() string {
	kinds := []string{cell.Complete, cell.Complete, cell.Stream, cell.Stream, cell.Held, cell.Limited}
	columns := []column{
		{"CPU", brief("cpu")},
		{"allocations", plain("allocations", "%.0f", 1)},
		{"CPU of a stream", brief("cpu")},
		{"allocations", plain("allocations", "%.0f", 1)},
		{"KB in flight", plain("memory", "%.1f", 1e3)},
		{"answered under a rate limit", plain("answered", "%.0f %%", 0.01)},
	}
	var list []*peer
	for _, p := range taking(cell.Held) {
		if p.base == rawChat {
			list = append(list, p)
		}
	}
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.title
	}
	var b strings.Builder
	grid(&b, list, titles, func(p *peer, i int) string {
		o, ok := r.made[kinds[i]]
		if !ok {
			return none
		}
		return columns[i].text(o, p)
	})
	return b.String()
}

// brief is a ratio without its range.
func brief(figure string) func(*outcome, *peer) string {
	return func(o *outcome, p *peer) string {
		s, ok := o.ratio(p, figure)
		if !ok {
			return none
		}
		return fmt.Sprintf("%.2f ×", s.median)
	}
}
