package otel

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// call is a request under way. It is in the request's context, where the hooks find it.
type call struct {
	span  trace.Span
	start time.Time
	model string // that was asked for; empty leaves it to the target

	// A call that a cache shares goes on in another goroutine, and may outlive the request that it was begun for.
	mu       sync.Mutex
	attempts int
	last     string    // provider
	tried    string    // the first attempt's model
	first    time.Time // when the first piece of a stream came
}

// callOf is the context's key for the calls of one observer: another one's begin and end on their own.
type callOf struct{ *Observer }

func (o *Observer) call(ctx context.Context) *call {
	c, _ := ctx.Value(callOf{o}).(*call)
	return c
}

// note takes an attempt into the request's history.
func (c *call) note(try *request.Attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts++
	c.last, c.tried = cmp.Or(try.Provider, c.last), cmp.Or(c.tried, try.Model)
	if try.TTFT > 0 && c.first.IsZero() {
		c.first = try.Start.Add(try.TTFT)
	}
}

// resolved is how a request ended, seen from where it was asked.
type resolved struct {
	*dispatcher.Resolution
	// class is empty for an answer. What the caller left, or a panic ended, is canceled.
	class    request.Class
	provider string
	model    string // that was asked for, as far as it is known
	attempts int
	first    time.Duration // from the start to the first piece; 0 where nothing was streamed
}

func (c *call) view(r *dispatcher.Resolution) resolved {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := resolved{Resolution: r, class: class(r), provider: c.last, model: cmp.Or(c.model, c.tried), attempts: c.attempts}
	if !c.first.IsZero() {
		v.first = c.first.Sub(c.start)
	}
	switch e, ok := errors.AsType[*request.Error](r.Err); {
	case r.Response != nil:
		v.provider = cmp.Or(v.provider, r.Response.Provider)
	case ok:
		v.provider, v.model = cmp.Or(v.provider, e.Provider), cmp.Or(v.model, e.Model)
	}
	return v
}

func class(r *dispatcher.Resolution) request.Class {
	if r.Err == nil && r.Response == nil {
		return request.ClassCanceled
	}
	return request.Classify(r.Err)
}

// common are the attributes of all spans and metrics of a request. What is not known is left out.
func (v *resolved) common() []attribute.KeyValue {
	list := make([]attribute.KeyValue, 0, 6)
	list = append(list, keyOperation.String(operation))
	if v.provider != "" {
		list = append(list, provider(v.provider))
	}
	if v.model != "" {
		list = append(list, keyRequestModel.String(v.model))
	}
	if v.Response != nil && v.Response.Model != "" {
		list = append(list, keyResponseModel.String(v.Response.Model))
	}
	return failed(list, v.class)
}

// failed adds the class of a failure, if it is one.
func failed(list []attribute.KeyValue, class request.Class) []attribute.KeyValue {
	if class == "" {
		return list
	}
	return append(list, keyErrorType.String(string(class)))
}
