// Package otel tells OpenTelemetry of requests: a span for each request, with one for each attempt in it, and metrics, by the
// semantic conventions for generative AI.
//
//	observer, err := otel.New(otel.Config{})
//	…
//	gate, err := llmgate.New(ctx, llmgate.Config{Models: models, Hooks: dispatcher.Hooks{observer}})
//
// The span of a request begins within the span of its context, and clients are called within it, so that the spans of an
// instrumented transport are its children. Spans of attempts are made when they have ended, with the times at which things
// happened. They hold neither content, unless the configuration says so, nor keys, nor the words of errors. For Prometheus
// without OpenTelemetry see observe/prom.
package otel

import (
	"context"
	"time"

	global "go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// Config sets up an Observer. The zero value of a field is the documented default.
type Config struct {
	// TracerProvider and MeterProvider take spans and metrics; nil is the process's own.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	// Content puts the texts of prompts and answers into spans. They may hold what nobody else should read.
	Content bool
}

// Observer is a hook for a dispatcher, and a middleware for any other client; used as both around one dispatcher, it tells of
// everything twice. It is safe for concurrent use and runs no goroutine.
type Observer struct {
	content bool
	tracer  trace.Tracer
	meters  meters
}

var (
	_ dispatcher.StartHook   = (*Observer)(nil)
	_ dispatcher.AdmitHook   = (*Observer)(nil)
	_ dispatcher.AttemptHook = (*Observer)(nil)
	_ dispatcher.ResultHook  = (*Observer)(nil)
	_ dispatcher.StateHook   = (*Observer)(nil)
)

// New makes the instruments. Its error is the provider's.
func New(cfg Config) (*Observer, error) {
	if cfg.TracerProvider == nil {
		cfg.TracerProvider = global.GetTracerProvider()
	}
	if cfg.MeterProvider == nil {
		cfg.MeterProvider = global.GetMeterProvider()
	}
	meters, err := newMeters(cfg.MeterProvider.Meter(scope))
	if err != nil {
		return nil, err
	}
	return &Observer{content: cfg.Content, tracer: cfg.TracerProvider.Tracer(scope), meters: meters}, nil
}

// Started begins the span of a request, and puts it into the context.
func (o *Observer) Started(ctx context.Context, req request.Request) context.Context {
	c := &call{start: time.Now(), model: req.Model}
	ctx, c.span = o.begin(ctx, c)
	return context.WithValue(ctx, callOf{o}, c)
}

// Admitted notes in the span of the request that an attempt was let through.
func (o *Observer) Admitted(ctx context.Context, target string, waited time.Duration) {
	if c := o.call(ctx); c != nil && c.span.IsRecording() {
		c.span.AddEvent(eventAdmitted, trace.WithAttributes(keyTarget.String(target), keyWaited.Float64(waited.Seconds())))
	}
}

// Attempted tells of an attempt that has ended.
func (o *Observer) Attempted(ctx context.Context, target string, try *request.Attempt, err *request.Error) {
	if c := o.call(ctx); c != nil {
		c.note(try)
		ctx = trace.ContextWithSpan(ctx, c.span)
	}
	o.attempt(ctx, target, try, err)
	o.meters.attempted(ctx, target, try)
}

// Resolved ends the span of a request.
func (o *Observer) Resolved(ctx context.Context, r dispatcher.Resolution) {
	c := o.call(ctx)
	if c == nil {
		return // it did not begin here
	}
	v := c.view(&r)
	o.finish(c, &v)
	o.meters.resolved(trace.ContextWithSpan(ctx, c.span), &v)
}

// Changed counts changes of targets' states.
func (o *Observer) Changed(c router.Change) {
	o.meters.changes.Add(context.Background(), 1, metric.WithAttributes(keyTarget.String(c.Target), keyState.String(c.To)))
}
