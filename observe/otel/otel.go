// Package otel tells OpenTelemetry of requests: a span for each request, with one for each attempt in it, and metrics, by the
// semantic conventions for generative AI.
//
//	observer, err := otel.New(otel.Config{})
//	…
//	gate, err := llmgate.New(ctx, llmgate.Config{Models: models, Hooks: dispatcher.Hooks{observer}})
//
// Spans are made when a request has ended, with the times at which things happened, as children of the span in the request's
// context. They hold neither content, unless the configuration says so, nor keys. For Prometheus without OpenTelemetry see
// observe/prom.
package otel

import (
	"context"
	"errors"
	"iter"
	"time"

	global "go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
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

// Observer is a hook for a dispatcher (ResultHook, StateHook), and a middleware for any other client. It is safe for concurrent
// use and runs no goroutine.
type Observer struct {
	content bool
	tracer  trace.Tracer
	meters  meters
}

var (
	_ dispatcher.ResultHook = (*Observer)(nil)
	_ dispatcher.StateHook  = (*Observer)(nil)
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

// Resolved tells of a request that has ended.
func (o *Observer) Resolved(ctx context.Context, r dispatcher.Resolution) {
	v := view(&r)
	o.trace(ctx, &v)
	o.meters.resolved(ctx, &v)
}

// Changed counts changes of targets' states.
func (o *Observer) Changed(c router.Change) {
	o.meters.changes.Add(context.Background(), 1, metric.WithAttributes(keyTarget.String(c.Target), keyState.String(c.To)))
}

// Middleware tells of the requests of a client that is no dispatcher.
func (o *Observer) Middleware(next request.Client) request.Client { return &client{next, o} }

type client struct {
	request.Client
	observer *Observer
}

// Complete implements request.Client.
func (c *client) Complete(ctx context.Context, req request.Request) (resp *request.Response, err error) {
	start := time.Now()
	defer func() { c.resolved(ctx, req, start, resp, err) }() // after a panic: as one that was left
	resp, err = c.Client.Complete(ctx, req)
	return resp, err
}

// Stream implements request.Client.
func (c *client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		var resp *request.Response
		var failure error
		start := time.Now()
		defer func() { c.resolved(ctx, req, start, resp, failure) }()
		for chunk, err := range c.Client.Stream(ctx, req) {
			resp, failure = chunk.Response, err
			if !yield(chunk, err) {
				return
			}
		}
	}
}

func (c *client) resolved(ctx context.Context, req request.Request, start time.Time, resp *request.Response, err error) {
	c.observer.Resolved(ctx, dispatcher.Resolution{Request: req, Response: resp, Err: err, Start: start, Latency: time.Since(start)})
}

// resolved is how a request ended, seen from where it was asked.
type resolved struct {
	*dispatcher.Resolution
	// class is empty for an answer. What the caller left, or a panic ended, is canceled.
	class    request.Class
	provider string
	model    string // that was asked for
	attempts []request.Attempt
}

func view(r *dispatcher.Resolution) resolved {
	v := resolved{Resolution: r, model: r.Request.Model}
	switch e, ok := errors.AsType[*request.Error](r.Err); {
	case r.Response != nil:
		v.provider, v.attempts = r.Response.Provider, r.Response.Attempts
	case ok:
		v.class, v.provider, v.attempts = e.Class, e.Provider, e.Attempts
	case r.Err != nil:
		v.class = request.Classify(r.Err)
	default:
		v.class = request.ClassCanceled
	}
	if n := len(v.attempts); n > 0 {
		v.provider = v.attempts[n-1].Provider
		if v.model == "" {
			v.model = v.attempts[0].Model
		}
	}
	return v
}

// common are the attributes of all spans and metrics of a request.
func (v *resolved) common() []attribute.KeyValue {
	list := []attribute.KeyValue{keyOperation.String(operation), keyProvider.String(v.provider), keyRequestModel.String(v.model)}
	if v.class != "" {
		list = append(list, keyErrorType.String(string(v.class)))
	}
	return list
}
