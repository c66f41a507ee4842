package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/request"
)

// Text writes the report as tables for a terminal.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %s, %s\n", r.title(), r.Setup.Load, r.mode(), Duration(r.Elapsed))
	for _, text := range r.Verdicts() {
		fmt.Fprintf(&b, "! %s\n", text)
	}
	b.WriteByte('\n')
	for _, f := range r.Figures() {
		fmt.Fprintf(&b, "%-26s %12s  %s\n", f.Name, f.Value, f.Note)
	}
	b.WriteByte('\n')
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "latency\tcount\tmean\tp50\tp90\tp95\tp99\tmax\t\n")
	for _, row := range r.latencyRows() {
		h := row.h
		fmt.Fprintf(tw, "%s\t%d\t%s\t", row.name, h.Count(), Duration(h.Mean()))
		for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
			fmt.Fprintf(tw, "%s\t", Duration(h.Quantile(q)))
		}
		fmt.Fprintf(tw, "%s\t\n", Duration(h.Max()))
	}
	r.stepRows(tw)
	_ = tw.Flush() // a strings.Builder does not fail
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) stepRows(w io.Writer) {
	if len(r.Steps) == 0 {
		return
	}
	fmt.Fprint(w, "\t\t\t\t\t\t\t\t\noffered/s\tanswered/s\tgoodput/s\ttokens/s\te2e p50\te2e p99\tfailed\t429s\t\n")
	for i := range r.Steps {
		s := &r.Steps[i]
		e2e := &s.Latencies.E2E.Intended.Answered
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t\n", Number(s.Offered), Number(s.Rates.Requests), Number(s.Rates.Goodput),
			Number(s.Rates.OutputTokens), Duration(e2e.Quantile(0.5)), Duration(e2e.Quantile(0.99)), s.Failed, s.RateLimited)
	}
}

func (r *Report) title() string {
	if r.Name == "" {
		return "Load"
	}
	return r.Name
}

func (r *Report) mode() string {
	if r.Setup.Streaming {
		return "streams"
	}
	return "whole answers"
}

// Verdicts are what a reader must know before any figure.
func (r *Report) Verdicts() (list []string) {
	if r.Partial != "" {
		list = append(list, "partial: "+r.Partial)
	}
	for _, text := range r.Invalid {
		list = append(list, "invalid: "+text)
	}
	return list
}

// Figure is one number with its unit, and what is to be known about it.
type Figure struct{ Name, Value, Note string }

// Figures are the numbers that are not distributions.
func (r *Report) Figures() []Figure {
	t := &r.Total
	list := []Figure{
		{"Requests", count(t.Requests), fmt.Sprintf("%s answered, %s failed, %s canceled", count(t.Answered), count(t.Failed), count(t.Canceled))},
		{"Answers per second", Number(t.Rates.Requests), ""},
	}
	if slo := r.Setup.SLO.String(); slo != "" {
		list = append(list, Figure{"Goodput per second", Number(t.Rates.Goodput), slo})
	}
	list = append(list,
		Figure{"Output tokens per second", Number(t.Rates.OutputTokens), estimated(t.Estimated)},
		Figure{"Total tokens per second", Number(t.Rates.TotalTokens), ""},
		Figure{"Attempts", count(t.Attempts), count(t.RateLimited) + " rate-limited (429)"})
	for _, class := range r.classes() {
		list = append(list, Figure{"Failed: " + string(class), count(t.Errors[class]), ""})
	}
	return append(append(list, r.costs()...), r.healthFigures()...)
}

func estimated(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("counts of %s answers are estimates", count(n))
}

// classes are those of the failures, the most frequent first.
func (r *Report) classes() []request.Class {
	list := make([]request.Class, 0, len(r.Total.Errors))
	for class := range r.Total.Errors {
		list = append(list, class)
	}
	slices.SortFunc(list, func(a, b request.Class) int {
		if d := r.Total.Errors[b] - r.Total.Errors[a]; d != 0 {
			return int(d)
		}
		return strings.Compare(string(a), string(b))
	})
	return list
}

func (r *Report) costs() (list []Figure) {
	t := &r.Total
	note := ""
	if t.Unpriced > 0 {
		note = fmt.Sprintf("at least: the cost of %s requests is not known", count(t.Unpriced))
	}
	list = append(list, Figure{"Cost", t.Cost.String(), note})
	if per, ok := t.CostPer1000(); ok {
		list = append(list, Figure{"Cost per 1,000 requests", fmt.Sprintf("$%.4f", per.USD()), ""})
	}
	if per, ok := t.CostPerMillion(); ok {
		list = append(list, Figure{"Cost per million tokens", fmt.Sprintf("$%.4f", per.USD()), ""})
	}
	return list
}

func (r *Report) healthFigures() (list []Figure) {
	for _, use := range r.LimitUse() {
		list = append(list, Figure{use.Name + " used", Percent(use.Share), "of " + count(use.Limit) + " a minute"})
	}
	if r.Setup.MaxDelay > 0 {
		late := r.Total.Latencies.Delay.Quantile(0.99)
		list = append(list, Figure{"Client's delay, p99", Duration(late), "valid up to " + Duration(r.Setup.MaxDelay)})
	}
	if share, ok := r.CPUShare(); ok {
		list = append(list, Figure{"Client's CPU", Percent(share), fmt.Sprintf("of %d cores", r.Health.Cores)})
	}
	return append(list, Figure{"Client's GC pauses", count(int64(r.Health.GCPauses)), "longest within " + Duration(r.Health.GCLongest)})
}

type latencyRow struct {
	name string
	h    *histogram.Histogram
}

// latencyRows are the distributions that have something in them.
func (r *Report) latencyRows() []latencyRow {
	l := &r.Total.Latencies
	rows := []latencyRow{
		{"TTFT", &l.TTFT.Sent.Answered}, {"TTFT from intended", &l.TTFT.Intended.Answered}, {"TTFT with failures", l.TTFT.Intended.All()},
		{"ITL", &l.ITL}, {"TPOT", &l.TPOT},
		{"E2E", &l.E2E.Sent.Answered}, {"E2E from intended", &l.E2E.Intended.Answered}, {"E2E with failures", l.E2E.Intended.All()},
		{"Waited", &l.Waited}, {"Client's delay", &l.Delay},
	}
	if !r.Setup.Streaming {
		rows = slices.Delete(rows, 0, 5)
	}
	return slices.DeleteFunc(rows, func(row latencyRow) bool { return row.h.Count() == 0 })
}

// Duration writes a duration with three digits.
func Duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < time.Millisecond:
		return digits(float64(d)/1e3) + " µs"
	case d < time.Second:
		return digits(float64(d)/1e6) + " ms"
	case d < time.Minute:
		return digits(d.Seconds()) + " s"
	}
	return d.Round(time.Second).String()
}

// digits writes three of them.
func digits(x float64) string {
	switch {
	case x < 9.995:
		return fmt.Sprintf("%.2f", x)
	case x < 99.95:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// Number writes a number with three digits at least, the thousands set apart.
func Number(x float64) string {
	if x < 1000 {
		return digits(x)
	}
	return count(int64(x + 0.5))
}

// Percent writes a share.
func Percent(x float64) string { return digits(100*x) + " %" }

func count(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
