package openai

import (
	"bytes"
	"context"
	"errors"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// call is one request on its way: what was asked, and the answer as it is put together.
type call struct {
	client *Client
	req    *request.Request
	model  string
	answer answer
}

func (c *Client) newCall(req *request.Request) *call {
	cl := &call{client: c, req: req, model: req.Model}
	if cl.model == "" {
		cl.model = c.cfg.Model
	}
	cl.answer.response = &request.Response{Provider: c.cfg.Provider}
	return cl
}

// send encodes and posts the request and turns an error status into an error. On success the reply is open.
func (cl *call) send(ctx context.Context, streamed bool) (*wire.Reply, error) {
	buffer, target, err := cl.prepare(streamed)
	if err != nil {
		return nil, cl.named(err)
	}
	reply, err := cl.client.wire.Post(ctx, target, buffer)
	if err != nil {
		return nil, cl.named(err)
	}
	resp := cl.answer.response
	resp.RequestID = wire.RequestID(reply.Header)
	readLimits(reply.Header, cl.client.cfg.Quirks.DailyRequests, &resp.Limits)
	if reply.Status < 200 || reply.Status > 299 {
		return nil, cl.statusError(reply)
	}
	return reply, nil
}

func (cl *call) prepare(streamed bool) (*wire.Buffer, *wire.Target, error) {
	if cl.model == "" {
		return nil, nil, &request.Error{Class: request.ClassInvalid, Message: "no model; set Model in the request or in the client's configuration"}
	}
	if err := cl.req.Validate(); err != nil {
		return nil, nil, err
	}
	target := cl.client.target
	if cl.client.cfg.APIVersion != "" && cl.model != cl.client.cfg.Model {
		var err error
		if target, err = cl.client.targetFor(cl.model); err != nil {
			return nil, nil, &request.Error{Class: request.ClassInvalid, Err: err}
		}
	}
	buffer := wire.GetBuffer()
	e := encoder{buf: buffer.B, call: cl, streamed: streamed, quirks: &cl.client.cfg.Quirks, extra: cl.req.Extra[cl.client.cfg.Provider]}
	err := e.encode()
	buffer.B = e.buf
	if err != nil {
		buffer.Free()
		return nil, nil, err
	}
	cl.answer.response.Warnings = e.warnings
	return buffer, target, nil
}

// read takes in a whole body. One without choices is read as an error, in case it is one.
func (cl *call) read(body []byte, out emit) error {
	a := &cl.answer
	if bytes.HasPrefix(bytes.TrimSpace(body[:min(len(body), 1024)]), []byte("<")) {
		return cl.newError(request.ClassInvalid, "the server answered with a web page; check the base URL")
	}
	if err := a.document(body, out); err != nil {
		return cl.unreadable(err)
	}
	if !a.sawChoice && a.failure == nil {
		a.failure = parseErrorBody(body)
		a.failure.message = "an answer without choices: " + a.failure.message
	}
	return nil
}

// finish hands out the answer, or what it turned out to be: an error inside a 200, a refusal, nothing at all.
func (cl *call) finish() (*request.Response, error) {
	a := &cl.answer
	a.complete(cl)
	if a.failure != nil {
		return nil, cl.inBandError(a.failure)
	}
	resp := a.response
	switch {
	case resp.FinishReason == request.FinishContentPolicy:
		e := cl.newError(request.ClassContentPolicy, "the answer was withheld by a content filter")
		if resp.Refusal != "" {
			e.Message = "the model refused: " + cl.client.wire.Redact(resp.Refusal)
		}
		return nil, e
	case resp.FinishReason == request.FinishError:
		return nil, cl.newError(finishErrorClass(resp.RawFinishReason), "the provider gave up on the answer: finish reason "+resp.RawFinishReason)
	case !a.sawChoice, resp.RawFinishReason == "" && len(resp.Parts) == 0:
		return nil, cl.newError(request.ClassTruncated, "the answer has neither content nor a finish reason")
	}
	return resp, nil
}

// newError is for failures after a good status: they may be billed, and hold what had come of the answer.
func (cl *call) newError(class request.Class, message string) *request.Error {
	resp := cl.answer.response
	return &request.Error{
		Class: class, Provider: cl.client.cfg.Provider, Model: cl.model, Status: 200, Message: message,
		RequestID: resp.RequestID, Limits: resp.Limits, MaybeBilled: true, Partial: resp,
	}
}

// unreadable is the error for an answer that is not JSON, or not all of it.
func (cl *call) unreadable(err error) error {
	cl.answer.complete(cl)
	e := cl.newError(request.ClassTruncated, "the answer can't be read")
	e.Err = err
	return e
}

// named completes an error of the layers below with what only the call knows.
func (cl *call) named(err error) error {
	if e, ok := errors.AsType[*request.Error](err); ok {
		e.Provider, e.Model = cl.client.cfg.Provider, cl.model
		if e.RequestID == "" {
			e.RequestID = cl.answer.response.RequestID
		}
	}
	return err
}
