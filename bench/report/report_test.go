package report_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/request"
)

func quantile(list []float64, q float64) float64 {
	slices.Sort(list)
	return list[int(math.Ceil(q*float64(len(list))))-1]
}

// full is a report in which everything is there: steps, failures, waits, limits, objectives and doubts.
func full() *report.Report {
	slo := measure.SLO{TTFT: 300 * time.Millisecond}
	m := measure.New(measure.Config{SLO: slo, From: time.Second, Steps: []float64{10, 20}, Each: 5 * time.Second})
	for i := range 100 {
		sent := time.Duration(i) * 100 * time.Millisecond
		first := sent + time.Duration(100+5*i)*time.Millisecond
		r := measure.Record{
			Index: i, Intended: sent, Sent: sent, Pieces: []time.Duration{first, first + 20*time.Millisecond}, End: first + time.Second,
			Input: 100, Output: 50, Cost: request.Cent / 100, Priced: true,
			Attempts: []measure.Attempt{{Class: request.ClassRateLimit, End: sent}, {Sent: sent, End: first + time.Second, Waited: 30 * time.Millisecond}},
		}
		if i%10 == 3 {
			r.Class, r.Error = request.ClassOverloaded, "busy"
		}
		m.Add(&r)
	}
	return &report.Report{
		Schema: report.Schema, Name: `a <name> & "more"`, Started: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), Elapsed: 12 * time.Second,
		Setup: report.Setup{
			Load: "10,20/5s per second, even", Streaming: true, Seed: 9, Warmup: time.Second, MaxInFlight: 50, MaxDelay: time.Millisecond, SLO: slo,
			Limits: report.Limits{RPM: 1200, TPM: 100_000},
		},
		Partial: "interrupted", Invalid: []string{"requests were sent late"}, Result: m.Result(),
		Health: report.Health{CPU: 3 * time.Second, CPUKnown: true, Cores: 2, GCPauses: 4, GCLongest: time.Millisecond, Held: 2},
	}
}

func text(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out strings.Builder
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A report that was written and read is written the same again, and says the same.
func TestJSON(t *testing.T) {
	r := full()
	first := text(t, r.JSON)
	read, err := report.Read(strings.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, text(t, read.JSON)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(text(t, r.Text), text(t, read.Text)); diff != "" {
		t.Error(diff)
	}
	for name, input := range map[string]string{"other schema": `{"schema":"llmgate.bench/0"}`, "no report": "[]", "nothing": ""} {
		if _, err := report.Read(strings.NewReader(input)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestText(t *testing.T) {
	out := text(t, full().Text)
	for _, want := range []string{
		"10,20/5s per second, even, streams, 12.0 s", "! partial: interrupted", "! invalid: requests were sent late", "Goodput per second",
		"ttft=300ms", "Failed: overloaded", "Cost per 1,000 requests", "$0.1000", "Cost per million tokens", "$0.6667", "RPM used", "of 1,200 a minute",
		"12.5 %  of 2 cores", "TTFT with failures", "offered/s",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestCSV(t *testing.T) {
	r := full()
	rows, err := csv.NewReader(strings.NewReader(text(t, r.CSV))).ReadAll()
	if err != nil || len(rows) != len(r.Series)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0][0] != "second" || rows[0][1] != "sent" || rows[1][0] != "0" || rows[1][1] != "10" || !slices.Contains(rows[0], "waited_ns") {
		t.Errorf("%v\n%v", rows[0], rows[1])
	}
}

func TestLines(t *testing.T) {
	var out strings.Builder
	write := report.Lines(&out)
	want := measure.Record{Index: 3, Sent: 5, End: 9, Pieces: []time.Duration{6, 7}, Output: 2, Cost: request.Cent, Priced: true, Attempts: []measure.Attempt{{Target: "a/b"}}}
	for range 2 {
		if err := write(&want); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(out.String()) {
		var got measure.Record
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// The page is whole in itself, names every chart for whoever can't see it, and is well-formed.
func TestHTML(t *testing.T) {
	page := text(t, full().HTML)
	for _, foreign := range []string{"http:", "https:", "<script", "src=", "url(", "@import", "ZgotmplZ", "NaN", "Inf"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page has %q", foreign)
		}
	}
	for _, want := range []string{
		"a &lt;name&gt; &amp; &#34;more&#34;", "prefers-color-scheme: dark", "@media print", "tabular-nums", `role="alert">partial: interrupted`,
		"throughput", "tokens", "cdf", "latency", "ttft", "tpot", "limit", "waiting", "sweep",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if charts, titled := strings.Count(page, "<svg"), strings.Count(page, "</title><desc"); charts != 9 || titled != charts {
		t.Errorf("%d charts, of which %d are described", charts, titled)
	}
	checkNesting(t, page)
}

// checkNesting: every tag that is opened is closed in its place.
func checkNesting(t *testing.T, page string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
		case xml.EndElement:
			if open[len(open)-1] != token.Name.Local {
				t.Fatalf("</%s> closes <%s>", token.Name.Local, open[len(open)-1])
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
}

// A load in which nothing happened makes a page and a table, too.
func TestEmpty(t *testing.T) {
	empty := &report.Report{Schema: report.Schema, Result: measure.New(measure.Config{}).Result()}
	page := text(t, empty.HTML)
	if strings.Contains(page, "<svg") || strings.Contains(page, "NaN") || !strings.Contains(text(t, empty.Text), "Requests") {
		t.Error(page)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", 512: "0.51 µs", 81_300: "81.3 µs", 999_400: "999 µs", time.Millisecond: "1.00 ms", 123456 * time.Microsecond: "123 ms",
		1500 * time.Millisecond: "1.50 s", 59 * time.Second: "59.0 s", 83 * time.Second: "1m23s",
	} {
		if got := report.Duration(d); got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
	for x, want := range map[float64]string{0: "0.00", 9.999: "10.0", 99.99: "100", 1234.5: "1,235", 1e6: "1,000,000"} {
		if got := report.Number(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var out strings.Builder
	if err := full().JSON(&out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.String())
	f.Add(`{"schema":"llmgate.bench/1","series":[{"sent":-1}],"total":{"to_ns":-5}}`)
	f.Fuzz(func(t *testing.T, input string) {
		r, err := report.Read(strings.NewReader(input))
		if err != nil {
			return
		}
		_ = text(t, r.Text)
		_ = text(t, r.HTML)
		_ = report.Compare(r, r, 1)
	})
}
