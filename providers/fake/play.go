package fake

import (
	"context"
	"errors"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// performance is one request being answered.
type performance struct {
	client *Client
	req    request.Request // with the model filled in
	record *Call
	number int // of the request, from 1
	reply  Reply
	answer answer

	heard request.Assembler // what of the answer has been handed out
	// How it ended: with one of these, or with neither where the reader left.
	response *request.Response
	err      error
}

// begin takes a request in: validates it, records it and finds its reply.
func (c *Client) begin(ctx context.Context, req *request.Request, streamed bool) (*performance, error) {
	if err := c.refusal(ctx, req); err != nil {
		return nil, err
	}
	p := &performance{client: c, req: *req}
	if p.req.Model == "" {
		p.req.Model = c.cfg.Model
	}
	rule := c.ruleFor(&p.req)
	p.enter(req, rule, streamed)
	if rule >= 0 && c.cfg.Rules[rule].Respond != nil {
		p.respond(c.cfg.Rules[rule].Respond)
	}
	p.answer = p.reply.answer(&p.req, c.cfg.Provider, p.number)
	return p, nil
}

// respond asks the rule's function, whose replies nobody has checked before.
func (p *performance) respond(reply func(*request.Request) Reply) {
	p.reply = reply(&p.req)
	if faults := p.reply.faults("the reply of Respond"); len(faults) > 0 {
		p.reply = Reply{Err: &request.Error{Class: request.ClassInvalid, Message: faults[0]}}
	}
}

// refusal is the error of a request that is not sent.
func (c *Client) refusal(ctx context.Context, req *request.Request) error {
	if err := req.Validate(); err != nil {
		return c.newError(req, err)
	}
	if err := c.Capabilities(req.Model).Check(req); err != nil {
		return c.newError(req, err)
	}
	if ctx.Err() != nil {
		return c.newError(req, c.ended(ctx))
	}
	return nil
}

// play hands the answer's chunks to emit, at the reply's pace, until it is over or emit wants no more. What ends it is
// waited for like a chunk.
func (p *performance) play(ctx context.Context, emit func(request.Chunk) bool) {
	pause, pace := p.reply.TTFT, p.reply.Pace
	if !p.record.Streamed && p.reply.Latency > 0 {
		pause, pace = p.reply.Latency, 0
	}
	for i, chunk := range p.answer.chunks {
		if p.reply.fails() && p.reply.After == i {
			break
		}
		if !p.sleep(ctx, pause) {
			return
		}
		pause = pace
		p.heard.Add(chunk)
		p.handOut()
		if !emit(chunk) {
			return
		}
	}
	if p.sleep(ctx, pause) {
		p.conclude(ctx)
	}
}

// conclude sets how the answer ends.
func (p *performance) conclude(ctx context.Context) {
	switch {
	case p.reply.Stall:
		<-ctx.Done()
		p.err = p.broken(p.client.ended(ctx))
	case p.reply.Cut:
		p.err = p.broken(&request.Error{Class: request.ClassTruncated, MaybeBilled: true, Message: "the answer broke off, as scripted"})
	case p.reply.Err != nil:
		p.err = p.broken(p.reply.Err)
	case p.answer.declined():
		p.err = p.client.newError(&p.req, p.answer.refusal())
	default:
		p.response = p.answer.response
	}
}

// sleep waits; it reports false, having set the error, if ctx ended before or meanwhile.
func (p *performance) sleep(ctx context.Context, d time.Duration) bool {
	if d > 0 && ctx.Err() == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil {
		return true
	}
	p.err = p.broken(p.client.ended(ctx))
	return false
}

// ended is the error for a call whose context has ended.
func (c *Client) ended(ctx context.Context) *request.Error {
	e := &request.Error{Class: request.ClassTimeout, Err: wire.ContextError(ctx)}
	if errors.Is(ctx.Err(), context.Canceled) {
		e.Class = request.ClassCanceled
	}
	return e
}

// broken is the error of a call that was sent, with what of the answer had been handed out.
func (p *performance) broken(cause error) error {
	e := p.client.newError(&p.req, cause)
	if e.Class == request.ClassCanceled || e.Class == request.ClassTimeout {
		e.MaybeBilled = true
	}
	if !e.Limits.Any() {
		e.Limits = p.answer.response.Limits
	}
	if e.Partial == nil && p.heard.Size() > 0 {
		e.Partial = p.answer.beginning(&p.heard)
	}
	return e
}

// newError gives any error the form that the client's errors have, as a copy that the caller may keep and change.
func (c *Client) newError(req *request.Request, cause error) *request.Error {
	e := &request.Error{Class: request.Classify(cause), Err: cause}
	if known, ok := errors.AsType[*request.Error](cause); ok {
		e = new(*known) // not its cause: errors are told apart by identity
		e.Partial, e.ShouldRetry, e.Attempts = clone(known.Partial), clone(known.ShouldRetry), clone(known.Attempts)
		if cause != error(known) {
			e.Message, e.Err = "", cause
		}
	}
	if e.Provider == "" {
		e.Provider = c.cfg.Provider
	}
	if e.Model == "" {
		if e.Model = req.Model; e.Model == "" {
			e.Model = c.cfg.Model
		}
	}
	return e
}
