package measure

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Config says what to measure.
type Config struct {
	SLO SLO
	// From and To cut off warm-up and cool-down: what was due before or at the end counts only in the series. A To of 0 is
	// the end of the last request.
	From time.Duration
	To   time.Duration
	// Steps are the rates of a load in steps, each of which lasts Each and gets a summary of its own.
	Steps []float64
	Each  time.Duration
}

// Meter adds up records. Memory does not grow with their number. It is not safe for concurrent use.
type Meter struct {
	cfg    Config
	total  Summary
	steps  []Summary
	series series
	limits request.Limits
	last   time.Duration
}

// New makes a Meter.
func New(cfg Config) *Meter {
	m := &Meter{cfg: cfg, total: Summary{From: cfg.From, To: cfg.To}}
	if len(cfg.Steps) > 1 {
		m.steps = make([]Summary, len(cfg.Steps))
		for i := range m.steps {
			m.steps[i].From, m.steps[i].To = time.Duration(i)*cfg.Each, time.Duration(i+1)*cfg.Each
		}
	}
	return m
}

// Add counts a request that has ended. It keeps nothing of the record.
func (m *Meter) Add(r *Record) {
	m.series.add(r)
	m.last = max(m.last, r.End)
	if r.Limits != nil && r.Limits.Any() {
		m.limits = *r.Limits
	}
	m.count(&m.total, r)
	for i := range m.steps {
		m.count(&m.steps[i], r)
	}
}

func (m *Meter) count(s *Summary, r *Record) {
	if s.has(r.Intended) {
		s.due(r, m.cfg.SLO)
		s.Latencies.Delay.Add(r.Delay())
	}
	if s.has(r.End) {
		s.Rates.ended(r, m.cfg.SLO)
	}
}

func (s *Summary) has(at time.Duration) bool { return at >= s.From && (s.To == 0 || at < s.To) }

// Result is what a Meter has measured.
type Result struct {
	Total Summary `json:"total"`
	// Steps are those of a load in steps, with the rate that was asked for.
	Steps  []Step   `json:"steps,omitempty"`
	Series []Second `json:"series"`
	// Limits are the rate limits that a response stated last.
	Limits request.Limits `json:"-"`
}

// Step is one rate of a load in steps.
type Step struct {
	Offered float64 `json:"offered_per_s"`
	Summary
}

// Result closes the windows, those without an end at the end of the last request. Nothing may be added afterwards.
func (m *Meter) Result() Result {
	end := m.last
	res := Result{Limits: m.limits, Series: m.series.finish()}
	res.Total = m.total.close(end)
	for i := range m.steps {
		res.Steps = append(res.Steps, Step{Offered: m.cfg.Steps[i], Summary: m.steps[i].close(end)})
	}
	return res
}

// close ends a window. One that ends after everything is shortened to what there was.
func (s *Summary) close(end time.Duration) Summary {
	if s.To == 0 || s.To > end {
		s.To = max(end, s.From)
	}
	s.Rates.over(s.To - s.From)
	return *s
}
