package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/seed63918563/llmgate/request"
)

// sendError classifies a failure before response headers. Unless the connection was never made or nothing was written to
// it, the provider may have done the work.
func (c *Client) sendError(ctx context.Context, err error, sent bool) *request.Error {
	if e := c.ended(ctx, err); e != nil {
		e.MaybeBilled = sent
		return e
	}
	if errors.Is(err, context.Canceled) { // by the transport itself: the caller must not take it for an end of its own
		err = errors.New("the transport cancelled the request: " + err.Error())
	}
	e := c.newError(request.ClassTransient, err)
	e.MaybeBilled = sent
	var (
		dns    *net.DNSError
		cert   *tls.CertificateVerificationError
		op     *net.OpError
		netErr net.Error
		kept   *refusal
	)
	switch {
	case errors.As(err, &kept):
		e.MaybeBilled = false
	case errors.As(err, &dns):
		e.Message, e.MaybeBilled = "host "+dns.Name+" not found; check the base URL and the network", false
	case errors.As(err, &cert):
		e.Class, e.Message, e.MaybeBilled = request.ClassInvalid, "the server's certificate is not valid; check the base URL, the clock and the proxy", false
	case errors.As(err, &op) && op.Op == "dial":
		e.Message, e.MaybeBilled = "can't connect to "+opAddress(op)+"; check the base URL and that the server runs", false
	case errors.As(err, &netErr) && netErr.Timeout(): // a timeout of the caller's own transport
		e.Class = request.ClassTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Message = "the connection was closed before an answer came"
	}
	return e
}

func opAddress(op *net.OpError) string {
	if op.Addr == nil {
		return "the server"
	}
	return op.Addr.String()
}

// ReadError classifies a failure to read the body: the answer broke off. It may have been billed.
func (r *Reply) ReadError(err error) *request.Error {
	e := r.client.ended(r.parent, r.watch.because(err))
	if e == nil {
		e = r.client.newError(request.ClassTruncated, err)
		e.Message = "the answer broke off"
	}
	e.Status, e.RequestID, e.MaybeBilled = r.Status, RequestID(r.Header), true
	return e
}

func (c *Client) tooLarge() *request.Error {
	e := c.newError(request.ClassTruncated, nil)
	e.Message = fmt.Sprintf("the answer is larger than %d bytes; raise the limit or ask for less", c.cfg.MaxAnswer)
	e.MaybeBilled = true
	return e
}

// ended classifies what the caller or a timeout ended, and returns nil for anything else.
func (c *Client) ended(ctx context.Context, err error) *request.Error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return c.newError(request.ClassCanceled, ContextError(ctx))
	case ctx.Err() != nil:
		return c.newError(request.ClassTimeout, ContextError(ctx))
	case errors.Is(err, errFirstByte):
		return c.newError(request.ClassTimeout, err)
	case errors.Is(err, errIdle):
		e := c.newError(request.ClassTimeout, err)
		e.Reason = request.ReasonStalled
		return e
	}
	return nil
}

// ContextError is the error of a context that has ended. It matches both the context's error and the cause it was given.
func ContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// newError makes an error whose cause shows no secret, yet can be unwrapped.
func (c *Client) newError(class request.Class, err error) *request.Error {
	e := &request.Error{Class: class, Provider: c.cfg.Provider}
	if err != nil {
		e.Err = c.withoutSecrets(err)
	}
	return e
}

// withoutSecrets returns an error that reads as err does, but for secrets, and unwraps to it.
func (c *Client) withoutSecrets(err error) error {
	text := err.Error()
	if clean := Redact(text, c.cfg.Secrets...); clean != text {
		return &redacted{text: clean, err: err}
	}
	return err
}

// Redact removes the client's secrets from a text.
func (c *Client) Redact(text string) string { return Redact(text, c.cfg.Secrets...) }

type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.err }
