package contract_test

import (
	"context"
	"errors"
	"time"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// errorBreaches are ways of failing wrongly.
var errorBreaches = map[string]breach{
	"shows the key": {errorWith(func(e *request.Error) { e.Message += " for " + contract.Key }),
		[]string{"no secret in an error", "answer cut off"}, "shows the API key"},
	"shortens waits": {errorWith(func(e *request.Error) { e.RetryAfter = min(e.RetryAfter, 10*time.Second) }),
		[]string{"wait hints", "error responses", "rate limit reached"}, "wait"},
	"ignores waits below a second": {errorWith(func(e *request.Error) { e.RetryAfter = e.RetryAfter.Truncate(time.Second) }),
		[]string{"wait hints"}, "the wait of map[Retry-After:[0.25]]"},
	"takes every 429 for a rate limit": {errorWith(func(e *request.Error) {
		if e.Status == 429 {
			e.Class, e.Reason = request.ClassRateLimit, ""
		}
	}), []string{"error responses"}, "quota: Complete: the class"},
	"thinks that nothing is billed": {errorWith(func(e *request.Error) { e.MaybeBilled = false }),
		[]string{"answer cut off", "cancelled while waiting", "refusal", "connection reset"}, "MaybeBilled is false"},
	"thinks that everything is billed": {errorWith(func(e *request.Error) { e.MaybeBilled = true }),
		[]string{"connection refused", "error responses", "refusal of an invalid request", "cancelled before"}, "whether it may be billed"},
	"loses the partial answer": {errorWith(func(e *request.Error) { e.Partial = nil }),
		[]string{"answer cut off", "refusal"}, "Partial"},
	"returns errors of its own": {breaking(broken{err: func(e *request.Error) error { return errors.New(e.Error()) }}),
		[]string{"answer cut off", "refusal"}, "no *request.Error"},
	"hides the context's error": {errorWith(func(e *request.Error) { e.Err = nil }),
		[]string{"cancelled before", "cancelled while waiting", "deadline"}, "does not match"},
	"does not heed the context": {breaking(broken{before: func(ctx context.Context, req request.Request) (context.Context, request.Request) {
		return context.WithoutCancel(ctx), req
	}}), []string{"cancelled before", "cancelled while waiting", "cancelled during the answer"}, "context"},
	"knows one class": {errorWith(func(e *request.Error) { e.Class = request.ClassUnknown }), []string{
		"error in a good response", "error response that is no JSON", "answer stalls", "no response headers", "malformed answer", "empty body",
		"web page in place of an answer", "deadline", "deadline during the answer",
	}, ""},
	"forgets headers": {errorWith(func(e *request.Error) { e.ShouldRetry, e.RequestID = nil, "" }),
		[]string{"explicit word on retrying", "request ID of a failure"}, ""},
}
