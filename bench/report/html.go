package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/bench/histogram"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{"duration": Duration, "number": Number, "count": count, "percent": Percent}).Parse(pageText))

// pageData is what the template sees.
type pageData struct {
	*Report
	Title, Mode string
	Date        string
	Heads       []Figure
	Charts      []*Chart
	Rows        []pageRow
}

type pageRow struct {
	Name                          string
	Count                         int64
	Mean, P50, P90, P95, P99, Max time.Duration
}

// HTML writes the report as one page that needs no network and no script, for screens, light and dark, and for paper.
func (r *Report) HTML(w io.Writer) error {
	d := pageData{Report: r, Title: r.title(), Mode: r.mode(), Date: r.Started.Format("2 January 2006, 15:04"), Heads: r.heads(), Charts: r.charts()}
	for _, row := range r.latencyRows() {
		d.Rows = append(d.Rows, newPageRow(row.name, row.h))
	}
	return page.Execute(w, d)
}

func newPageRow(name string, h *histogram.Histogram) pageRow {
	return pageRow{name, h.Count(), h.Mean(), h.Quantile(0.5), h.Quantile(0.9), h.Quantile(0.95), h.Quantile(0.99), h.Max()}
}

// heads are the figures that most readers look for.
func (r *Report) heads() []Figure {
	t := &r.Total
	list := []Figure{{"Answers", Number(t.Rates.Requests), "per second"}}
	if r.Setup.SLO.String() != "" {
		list = append(list, Figure{"Goodput", Number(t.Rates.Goodput), strings.ReplaceAll(r.Setup.SLO.String(), ",", ", ")})
	}
	list = append(list, Figure{"Output tokens", Number(t.Rates.OutputTokens), "per second"})
	if first := &t.Latencies.TTFT.Intended.Answered; first.Count() > 0 {
		list = append(list, Figure{"TTFT", Duration(first.Quantile(0.5)), "p99 " + Duration(first.Quantile(0.99))})
	}
	whole := &t.Latencies.E2E.Intended.Answered
	list = append(list, Figure{"End to end", Duration(whole.Quantile(0.5)), "p99 " + Duration(whole.Quantile(0.99))})
	share := 0.0
	if t.Requests > 0 {
		share = float64(t.Failed) / float64(t.Requests)
	}
	return append(list, Figure{"Failed", Percent(share), count(t.Failed) + " of " + count(t.Requests)})
}
