// Package prom shows a dispatcher to Prometheus: what is in flight and queued, the limits as learned and how much of them is used,
// refusals, waits, latencies, tokens and cost.
//
//	exporter := prom.New(prom.Config{})
//	gate, err := llmgate.New(ctx, llmgate.Config{Models: models, Hooks: dispatcher.Hooks{exporter}})
//	…
//	exporter.Watch(gate)
//	http.Handle("/metrics", exporter.Handler()) // or prometheus.MustRegister(exporter)
//
// What a dispatcher knows is read when Prometheus asks; only histograms cost anything on the way of a request. For OpenTelemetry
// see observe/otel.
package prom

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// Watched is what an Exporter reads: a dispatcher, or a Gate.
type Watched interface{ Stats() dispatcher.Stats }

// Config sets up an Exporter. The zero value of a field is the documented default.
type Config struct {
	// Tenants have a label in the times of requests; those that are not named share one, "other", so that labels stay bounded.
	// Without any there is no such label.
	Tenants []string
}

// Exporter is a hook for a dispatcher (AttemptHook, ResultHook) and a collector for a Prometheus registry. It is safe for
// concurrent use.
type Exporter struct {
	tenants []string
	watched atomic.Pointer[Watched]

	attempts *prometheus.HistogramVec
	first    *prometheus.HistogramVec
	waits    *prometheus.HistogramVec
	requests *prometheus.HistogramVec
}

var (
	_ dispatcher.AttemptHook = (*Exporter)(nil)
	_ dispatcher.ResultHook  = (*Exporter)(nil)
	_ prometheus.Collector   = (*Exporter)(nil)
)

// New makes an Exporter for one dispatcher.
func New(cfg Config) *Exporter {
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
	}
	asked := []string{"class"}
	if len(cfg.Tenants) > 0 {
		asked = append(asked, "tenant")
	}
	return &Exporter{
		tenants:  slices.Clone(cfg.Tenants),
		attempts: histogram(attemptDuration, "Time of attempts, from sending. The class is empty for answers.", "target", "class"),
		first:    histogram(firstChunk, "Time from sending to the first piece of a stream.", "target"),
		waits:    histogram(waiting, "Time that attempts waited before they were sent.", "target"),
		requests: histogram(requestDuration, "Time of requests, waits included. The class is empty for answers.", asked...),
	}
}

// Handler serves the metrics of this Exporter alone, as text. Programs that have a registry register the Exporter there.
func (e *Exporter) Handler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(e) // the first in it
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// Watch says whose books to read; nothing is read before.
func (e *Exporter) Watch(w Watched) { e.watched.Store(&w) }

// Attempted counts an attempt.
func (e *Exporter) Attempted(_ context.Context, target string, try *request.Attempt, _ *request.Error) {
	e.attempts.WithLabelValues(target, string(try.Class)).Observe(try.Latency.Seconds())
	e.waits.WithLabelValues(target).Observe(try.Waited.Seconds())
	if try.TTFT > 0 {
		e.first.WithLabelValues(target).Observe(try.TTFT.Seconds())
	}
}

// Resolved counts a request. One that was left, or that a panic ended, counts as canceled.
func (e *Exporter) Resolved(_ context.Context, r dispatcher.Resolution) {
	class := request.Classify(r.Err)
	if r.Err == nil && r.Response == nil {
		class = request.ClassCanceled
	}
	labels := []string{string(class)}
	if len(e.tenants) > 0 {
		labels = append(labels, e.label(r.Request.Tenant))
	}
	e.requests.WithLabelValues(labels...).Observe(r.Latency.Seconds())
}

func (e *Exporter) label(tenant string) string {
	if slices.Contains(e.tenants, tenant) {
		return tenant
	}
	return others
}

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(out chan<- *prometheus.Desc) {
	for _, d := range families {
		out <- d
	}
	for _, h := range e.histograms() {
		h.Describe(out)
	}
}

// Collect implements prometheus.Collector.
func (e *Exporter) Collect(out chan<- prometheus.Metric) {
	for _, h := range e.histograms() {
		h.Collect(out)
	}
	if w := e.watched.Load(); w != nil {
		now := time.Now()
		stats := (*w).Stats()
		out <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, float64(stats.InFlight))
		for i := range stats.Targets {
			collect(&stats.Targets[i], now, out)
		}
	}
}

func (e *Exporter) histograms() []*prometheus.HistogramVec {
	return []*prometheus.HistogramVec{e.attempts, e.first, e.waits, e.requests}
}

func collect(t *dispatcher.TargetStats, now time.Time, out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{t.Name}, labels...)...)
	}
	counter := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, append([]string{t.Name}, labels...)...)
	}
	gauge(inFlight, float64(t.InFlight))
	gauge(queued, float64(t.Lane.Queued))
	counter(admitted, float64(t.Lane.Admitted))
	counter(limited, float64(t.Lane.RateLimited))
	gauge(cooling, max(0, t.Lane.CoolUntil.Sub(now).Seconds()))
	gauge(resting, max(0, t.ReadyAt.Sub(now).Seconds()))
	gauge(up, usable(t))
	counter(tokens, float64(t.PromptTokens), "input")
	counter(tokens, float64(t.OutputTokens), "output")
	counter(cost, t.Cost.USD())
	counter(unpriced, float64(t.Unpriced))
	for _, l := range t.Lane.Limits {
		if l.Limit > 0 {
			gauge(limit, float64(l.Limit), l.Dimension)
		}
		gauge(rate, l.Rate, l.Dimension)
		gauge(level, l.Level, l.Dimension)
		gauge(utilisation, l.Utilisation, l.Dimension)
	}
}

func usable(t *dispatcher.TargetStats) float64 {
	if t.Out != nil {
		return 0
	}
	return 1
}
