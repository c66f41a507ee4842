package otel

import (
	"cmp"
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed63918563/llmgate/request"
)

// begin starts the span of a request. A model that only the target knows is added at its end.
func (o *Observer) begin(ctx context.Context, c *call) (context.Context, trace.Span) {
	known := []attribute.KeyValue{keyOperation.String(operation)}
	if c.model != "" {
		known = append(known, keyRequestModel.String(c.model))
	}
	return o.tracer.Start(ctx, spanName(c.model), trace.WithTimestamp(c.start), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(known...))
}

func spanName(model string) string {
	if model == "" {
		return operation
	}
	return operation + " " + model
}

// finish ends the span of a request.
func (o *Observer) finish(c *call, v *resolved) {
	defer c.span.End()
	if !c.span.IsRecording() {
		return
	}
	c.span.SetName(spanName(v.model))
	c.span.SetAttributes(v.common()...)
	c.span.SetAttributes(o.asked(&v.Request)...)
	c.span.SetAttributes(keyAttempts.Int(v.attempts))
	if v.first > 0 {
		c.span.SetAttributes(keyStream.Bool(true), keyFirstChunk.Float64(v.first.Seconds()))
	}
	if v.Response != nil {
		c.span.SetAttributes(o.answered(v.Response)...)
	}
	if v.class != "" {
		c.span.SetStatus(codes.Error, string(v.class))
	}
}

// attempt makes the span of one try, from when it was sent. It is internal: the request's is the conventions' client span.
func (o *Observer) attempt(ctx context.Context, target string, a *request.Attempt, err *request.Error) {
	_, span := o.tracer.Start(ctx, "attempt "+cmp.Or(target, a.Provider+"/"+a.Model), trace.WithTimestamp(a.Start))
	defer span.End(trace.WithTimestamp(a.Start.Add(a.Latency)))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(where(target, a)...)
	span.SetAttributes(keyWaited.Float64(a.Waited.Seconds()))
	span.SetAttributes(spent(&a.Usage)...)
	if a.Key != "" {
		span.SetAttributes(keyKey.String(a.Key))
	}
	if a.TTFT > 0 {
		span.AddEvent(eventFirstChunk, trace.WithTimestamp(a.Start.Add(a.TTFT)))
	}
	if err != nil && err.Status != 0 {
		span.SetAttributes(keyStatus.Int(err.Status))
	}
	if a.Class != "" {
		span.SetStatus(codes.Error, string(a.Class))
	}
}

// where are the attributes of spans and metrics of an attempt. The target is empty where there are none.
func where(target string, a *request.Attempt) []attribute.KeyValue {
	list := make([]attribute.KeyValue, 0, 4)
	if target != "" {
		list = append(list, keyTarget.String(target))
	}
	return failed(append(list, provider(a.Provider), keyRequestModel.String(a.Model)), a.Class)
}

// asked are what a request says beside its content.
func (o *Observer) asked(r *request.Request) (list []attribute.KeyValue) {
	number := func(key attribute.Key, value *float64) {
		if value != nil {
			list = append(list, key.Float64(*value))
		}
	}
	if r.MaxTokens > 0 {
		list = append(list, keyMaxTokens.Int(r.MaxTokens))
	}
	number(keyTemperature, r.Temperature)
	number(keyTopP, r.TopP)
	number(keyFrequency, r.FrequencyPenalty)
	number(keyPresence, r.PresencePenalty)
	if r.TopK != nil {
		list = append(list, keyTopK.Float64(float64(*r.TopK))) // a double in the conventions
	}
	if r.Seed != nil {
		list = append(list, keySeed.Int64(*r.Seed))
	}
	if t := r.ResponseFormat.Type; t == request.FormatJSON || t == request.FormatJSONSchema {
		list = append(list, keyOutputType.String(outputJSON))
	}
	if o.content {
		list = append(list, keyQuestion.String(messages(r.Messages)))
	}
	return list
}

func (o *Observer) answered(r *request.Response) []attribute.KeyValue {
	list := append(used(&r.Usage), keyFinish.StringSlice([]string{string(r.FinishReason)}))
	if r.ID != "" {
		list = append(list, keyResponseID.String(r.ID))
	}
	if r.FromCache {
		list = append(list, keyFromCache.Bool(true))
	}
	if o.content {
		list = append(list, keyAnswer.String(answer(r)))
	}
	return list
}

// used are the counts of a request's usage, if there are any.
func used(u *request.Usage) (list []attribute.KeyValue) {
	if u.TotalTokens() > 0 {
		list = append(list, keyInput.Int(u.PromptTokens()), keyOutput.Int(u.OutputTokens))
	}
	if u.ReasoningTokens > 0 {
		list = append(list, keyReasoning.Int(u.ReasoningTokens))
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

// spent are those of an attempt's.
func spent(u *request.Usage) (list []attribute.KeyValue) {
	if u.TotalTokens() > 0 {
		list = append(list, keyAttemptInput.Int(u.PromptTokens()), keyAttemptOutput.Int(u.OutputTokens))
	}
	if u.Priced {
		list = append(list, keyAttemptCost.Float64(u.Cost.USD()))
	}
	return list
}
