package measure_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/request"
)

// anyRecord is a request that may be early or late, streamed or not, answered or not.
var anyRecord = rapid.Custom(func(t *rapid.T) measure.Record {
	span := func(name string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Millisecond
	}
	r := measure.Record{Intended: span("intended", 60_000)}
	r.Sent = r.Intended + span("delay", 300)
	at := r.Sent
	for range rapid.IntRange(0, 5).Draw(t, "pieces") {
		at += span("gap", 900)
		r.Pieces = append(r.Pieces, at)
	}
	r.End = at + span("tail", 500)
	r.Input, r.Output = rapid.IntRange(0, 500).Draw(t, "in"), rapid.IntRange(0, 50).Draw(t, "out")
	r.Class = rapid.SampledFrom([]request.Class{"", "", "", request.ClassRateLimit, request.ClassTruncated, request.ClassCanceled}).Draw(t, "class")
	r.Cost, r.Priced = request.Money(rapid.IntRange(0, 1e6).Draw(t, "cost")), rapid.Bool().Draw(t, "priced")
	r.Attempts = []measure.Attempt{{Class: r.Class, Sent: r.Sent, End: r.End, Waited: span("waited", 50)}}
	return r
})

// expect holds a histogram against a list, within the digits that it keeps.
func expect(t *rapid.T, what string, h *histogram.Histogram, list []time.Duration) {
	t.Helper()
	if h.Count() != int64(len(list)) {
		t.Fatalf("%s: %d counted, want %d", what, h.Count(), len(list))
	}
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	got, want := h.Quantile(0.5), list[(len(list)-1)/2]
	if math.Abs(float64(got-want)) > 0.001*float64(want)+1000 || h.Min() != list[0] || h.Max() != list[len(list)-1] {
		t.Fatalf("%s: median %v of %v to %v, want %v of %v", what, got, h.Min(), h.Max(), want, list)
	}
}

// The formulas, held against lists.
func TestFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(anyRecord, 1, 60).Draw(t, "records")
		from, to := 10*time.Second, 50*time.Second
		slo := measure.SLO{E2E: 2 * time.Second, TPOT: 100 * time.Millisecond}
		m := measure.New(measure.Config{SLO: slo, From: from, To: to})
		var ttft, ttftFailed, e2e, due, tpot, itl []time.Duration
		var answered, good, ended, tokens, unpriced int
		var cost request.Money
		last := time.Duration(0)
		for i := range records {
			r := &records[i]
			m.Add(r)
			last = max(last, r.End)
			whole := r.Class == ""
			if r.End >= from && r.End < to && whole {
				ended++
				tokens += r.Output
			}
			if r.Intended < from || r.Intended >= to || r.Class == request.ClassCanceled {
				continue
			}
			if cost += r.Cost; !r.Priced {
				unpriced++
			}
			if !whole {
				first := r.End
				if len(r.Pieces) > 0 {
					first = r.Pieces[0]
				}
				ttftFailed = append(ttftFailed, first-r.Sent)
				continue
			}
			answered++
			e2e, due = append(e2e, r.End-r.Sent), append(due, r.End-r.Intended)
			ok := r.End-r.Intended <= slo.E2E
			if len(r.Pieces) > 0 {
				ttft = append(ttft, r.Pieces[0]-r.Sent)
				for j := range r.Pieces[1:] {
					itl = append(itl, r.Pieces[j+1]-r.Pieces[j])
				}
				if r.Output > 1 {
					each := (r.End - r.Pieces[0]) / time.Duration(r.Output-1)
					tpot, ok = append(tpot, each), ok && each <= slo.TPOT
				}
			}
			if ok {
				good++
			}
		}
		res := m.Result()
		total := &res.Total
		l := &total.Latencies
		expect(t, "TTFT", &l.TTFT.Sent.Answered, ttft)
		expect(t, "TTFT of failures", &l.TTFT.Sent.Failed, ttftFailed)
		expect(t, "TTFT with failures", l.TTFT.Sent.All(), append(ttft, ttftFailed...))
		expect(t, "E2E", &l.E2E.Sent.Answered, e2e)
		expect(t, "E2E from intended", &l.E2E.Intended.Answered, due)
		expect(t, "TPOT", &l.TPOT, tpot)
		expect(t, "ITL", &l.ITL, itl)
		window := (min(to, max(from, last)) - from).Seconds()
		if window > 0 {
			for what, pair := range map[string][2]float64{
				"rate": {total.Rates.Requests, float64(ended) / window}, "tokens": {total.Rates.OutputTokens, float64(tokens) / window},
			} {
				if math.Abs(pair[0]-pair[1]) > 1e-9*pair[1] {
					t.Fatalf("%s %v, want %v", what, pair[0], pair[1])
				}
			}
		}
		if total.Answered != int64(answered) || total.Good != int64(good) || total.Cost != cost || total.Unpriced != int64(unpriced) {
			t.Fatalf("%d answered, %d good, cost %v, %d unpriced; want %d, %d, %v, %d",
				total.Answered, total.Good, total.Cost, total.Unpriced, answered, good, cost, unpriced)
		}
		checkSeries(t, res.Series, records)
	})
}

// checkSeries: every request is in the series once, and none is left in flight.
func checkSeries(t *rapid.T, series []measure.Second, records []measure.Record) {
	t.Helper()
	sent, ended, refused := 0, 0, 0
	for _, s := range series {
		sent += s.Sent
		ended += s.Answered + s.Failed + s.Canceled
		refused += s.RateLimited
	}
	want := 0
	for i := range records {
		want += records[i].RateLimited()
	}
	if sent != len(records) || ended != len(records) || refused != want || series[len(series)-1].InFlight != 0 {
		t.Fatalf("%d sent, %d ended, %d refused, %d in flight; want %d and %d", sent, ended, refused, series[len(series)-1].InFlight, len(records), want)
	}
}

// Percentiles of a second are there once it is over, whatever the order of the ends.
func TestSeriesPercentiles(t *testing.T) {
	m := measure.New(measure.Config{})
	for _, i := range []int{3, 0, 2, 1, 9, 8, 10} {
		end := time.Duration(i)*time.Second + 500*time.Millisecond
		m.Add(&measure.Record{Sent: end - 100*time.Millisecond, Pieces: []time.Duration{end - 60*time.Millisecond}, End: end})
	}
	for i, s := range m.Result().Series {
		e2e, ttft := s.E2Ep50.Round(time.Millisecond), s.TTFTp99.Round(time.Millisecond)
		if empty := i > 3 && i < 8; empty && e2e != 0 || !empty && (e2e != 100*time.Millisecond || ttft != 40*time.Millisecond) {
			t.Errorf("second %d: E2E %v, TTFT %v", i, e2e, ttft)
		}
	}
}

func TestCosts(t *testing.T) {
	s := measure.Summary{Requests: 8, InputTokens: 300, OutputTokens: 100, Cost: request.Cent}
	thousand, ok := s.CostPer1000()
	million, also := s.CostPerMillion()
	if thousand != 125*request.Cent || million != 25*request.Dollar || !ok || !also {
		t.Errorf("%v, %v", thousand, million)
	}
	s.Unpriced = 1
	if _, ok := s.CostPer1000(); ok {
		t.Error("a cost of which a part is unknown is given")
	}
	if _, ok := new(measure.Summary).CostPerMillion(); ok {
		t.Error("nothing has a cost")
	}
}

func TestParseSLO(t *testing.T) {
	want := measure.SLO{TTFT: 500 * time.Millisecond, TPOT: 50 * time.Millisecond, E2E: 10 * time.Second}
	if got, err := measure.ParseSLO("ttft=500ms, TPOT=50ms,e2e=10s"); err != nil || got != want {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "ttft", "ttft=", "ttft=0", "ttft=-1s", "itl=1s", "ttft=1s,ttft=2s", "ttft=1s,"} {
		if got, err := measure.ParseSLO(text); err == nil || !strings.Contains(err.Error(), "such as ttft=500ms,tpot=50ms") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestSLOMet(t *testing.T) {
	second := time.Second
	stream := measure.Record{Sent: second, Pieces: []time.Duration{2 * second, 3 * second}, End: 4 * second, Output: 3} // TTFT 2 s from intended
	whole := measure.Record{End: second, Output: 3}
	failed := stream
	failed.Class = request.ClassTimeout
	for name, tt := range map[string]struct {
		slo  measure.SLO
		r    measure.Record
		want bool
	}{
		"none":                      {measure.SLO{}, stream, true},
		"just":                      {measure.SLO{TTFT: 2 * second, TPOT: second, E2E: 4 * second}, stream, true},
		"ttft":                      {measure.SLO{TTFT: 2*second - 1}, stream, false},
		"tpot":                      {measure.SLO{TPOT: second - 1}, stream, false},
		"e2e":                       {measure.SLO{E2E: 4*second - 1}, stream, false},
		"failure":                   {measure.SLO{}, failed, false},
		"ttft of a whole answer":    {measure.SLO{TTFT: time.Hour}, whole, false},
		"tpot of a whole answer":    {measure.SLO{TPOT: 1}, whole, true},
		"e2e of a whole answer":     {measure.SLO{E2E: second}, whole, true},
		"one token has no tpot":     {measure.SLO{TPOT: 1}, measure.Record{Pieces: []time.Duration{1}, End: second, Output: 1}, true},
		"a late client counts, too": {measure.SLO{E2E: 3 * second}, stream, false},
	} {
		if got := tt.slo.Met(&tt.r); got != tt.want {
			t.Errorf("%s: met is %v", name, got)
		}
	}
}

func FuzzParseSLO(f *testing.F) {
	f.Add("ttft=500ms,tpot=50ms,e2e=10s")
	f.Fuzz(func(t *testing.T, text string) {
		slo, err := measure.ParseSLO(text)
		if err != nil {
			return
		}
		if again, err := measure.ParseSLO(slo.String()); err != nil || again != slo {
			t.Fatalf("%q is written %q, which is %v, %v", text, slo, again, err)
		}
	})
}
