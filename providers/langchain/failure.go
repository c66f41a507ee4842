package langchain

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// failure is the error of a call. The caller's own end goes first, then what a [Transport] saw, and langchaingo's error last:
// it may be any text, with the cause lost.
func (c *call) failure(ctx context.Context, err error, seen *sighting) *request.Error {
	var e *request.Error
	switch {
	case ctx.Err() != nil:
		e = &request.Error{Class: request.Classify(ctx.Err()), MaybeBilled: true, Err: contextError(ctx)}
	case seen.failure != nil:
		e = seen.failure
		e.Err = shown(err)
	default:
		e = classify(err)
	}
	if seen.requestID != "" || seen.limits.Any() {
		e.RequestID, e.Limits = seen.requestID, seen.limits
	}
	e.Provider, e.Model = c.adapter.cfg.Provider, c.model
	return e
}

// contextError matches both the context's error and the cause it was given.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// classify goes by what an error is, never by digits in its text: by an error of ours in its chain, by the status and code
// that the AWS and Google clients keep, and by what the network said.
func classify(err error) *request.Error {
	if ours, ok := errors.AsType[*request.Error](err); ok {
		copied := *ours
		return &copied
	}
	e := &request.Error{Class: request.Classify(err), MaybeBilled: true, Err: shown(err)}
	var (
		withStatus interface{ HTTPStatusCode() int }
		withCode   interface{ ErrorCode() string }
		network    *net.OpError
	)
	switch {
	case errors.As(err, &withStatus):
		e.Status = withStatus.HTTPStatusCode()
		found := &edge.Failure{Message: err.Error()}
		if errors.As(err, &withCode) {
			e.Code = withCode.ErrorCode()
			found.Code = e.Code
		}
		e.Class, e.Reason = found.Classify(e.Status)
		e.MaybeBilled = e.Class == request.ClassTimeout
	case errors.As(err, &network):
		e.Class, e.MaybeBilled = request.ClassTransient, network.Op != "dial"
	}
	return e
}

// redacted reads like its cause, but for secrets.
type redacted struct {
	text  string
	cause error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.cause }

// shown makes an error fit to be shown.
func shown(err error) error {
	if err == nil {
		return nil
	}
	if text := wire.Redact(err.Error()); text != err.Error() {
		return &redacted{text: text, cause: err}
	}
	return err
}

// named adds what only the client knows.
func (a *adapter) named(err error, model string) error {
	if e, ok := errors.AsType[*request.Error](err); ok {
		e.Provider, e.Model = a.cfg.Provider, model
	}
	return err
}
