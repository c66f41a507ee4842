package otel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed63918563/llmgate/request"
)

// trace makes the span of a request, and those of its attempts in it.
func (o *Observer) trace(ctx context.Context, v *resolved) {
	name := operation
	if v.model != "" {
		name += " " + v.model
	}
	ctx, span := o.tracer.Start(ctx, name, trace.WithTimestamp(v.Start), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(v.common()...))
	defer span.End(trace.WithTimestamp(v.Start.Add(v.Latency)))
	for i := range v.attempts {
		o.attempt(ctx, &v.attempts[i])
	}
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(o.asked(&v.Request)...)
	span.SetAttributes(keyAttempts.Int(len(v.attempts)))
	if v.Response != nil {
		span.SetAttributes(o.answered(v.Response)...)
	}
	if v.class != "" {
		span.SetStatus(codes.Error, string(v.class))
	}
}

// attempt makes the span of one try, from when it was sent.
func (o *Observer) attempt(ctx context.Context, a *request.Attempt) {
	_, span := o.tracer.Start(ctx, "attempt "+a.Provider+"/"+a.Model, trace.WithTimestamp(a.Start), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(keyOperation.String(operation), keyProvider.String(a.Provider), keyRequestModel.String(a.Model), keyWaited.Float64(a.Waited.Seconds())))
	if a.Key != "" {
		span.SetAttributes(keyKey.String(a.Key))
	}
	if a.TTFT > 0 {
		span.SetAttributes(keyFirst.Float64(a.TTFT.Seconds()))
	}
	span.SetAttributes(used(&a.Usage)...)
	if a.Class != "" {
		span.SetAttributes(keyErrorType.String(string(a.Class)))
		span.SetStatus(codes.Error, string(a.Class))
	}
	span.End(trace.WithTimestamp(a.Start.Add(a.Latency)))
}

// asked are what a request says beside its content.
func (o *Observer) asked(r *request.Request) (list []attribute.KeyValue) {
	if r.MaxTokens > 0 {
		list = append(list, keyMaxTokens.Int(r.MaxTokens))
	}
	if r.Temperature != nil {
		list = append(list, keyTemperature.Float64(*r.Temperature))
	}
	if r.TopP != nil {
		list = append(list, keyTopP.Float64(*r.TopP))
	}
	if o.content {
		list = append(list, keyQuestion.String(messages(r.Messages)))
	}
	return list
}

func (o *Observer) answered(r *request.Response) []attribute.KeyValue {
	list := append(used(&r.Usage), keyResponseModel.String(r.Model), keyResponseID.String(r.ID), keyFinish.StringSlice([]string{string(r.FinishReason)}))
	if r.FromCache {
		list = append(list, keyFromCache.Bool(true))
	}
	if o.content {
		list = append(list, keyAnswer.String(answer(r)))
	}
	return list
}

// used are the counts of a usage, if there are any.
func used(u *request.Usage) (list []attribute.KeyValue) {
	if u.TotalTokens() > 0 {
		list = append(list, keyInput.Int(u.PromptTokens()), keyOutput.Int(u.OutputTokens))
	}
	if u.CacheReadTokens > 0 {
		list = append(list, keyCacheRead.Int(u.CacheReadTokens))
	}
	if written := u.CacheWrite5mTokens + u.CacheWrite1hTokens; written > 0 {
		list = append(list, keyCacheWrite.Int(written))
	}
	if u.Priced {
		list = append(list, keyCost.Float64(u.Cost.USD()))
	}
	return list
}
