package dialect

import (
	"bytes"
	"cmp"
	"context"
	"errors"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Call is one request on its way: what was asked, and the answer as it is put together. A Codec embeds it.
type Call struct {
	Client *Client
	Req    *request.Request
	// Model is the one asked for, by the request or by the client's default.
	Model string
	// Can is what the model can do, as far as it is known; it is set before Encode is called.
	Can request.Capabilities

	// Response is filled in on the way, Parts and Refusal are what has come of the answer.
	Response *request.Response
	Parts    request.Assembler
	Refusal  []byte
	// Pending is how many bytes were taken in that are in neither of them yet.
	Pending int
	sound   *request.AudioPart
	calls   int
	// Failure is an error object found where an answer was to be. Explanation is what the provider says of the answer's end.
	Failure     *edge.Failure
	Explanation string
	// batched: it is part of a batch, which costs less.
	batched bool
	// Begun: there is an answer, if an empty one. Counted: usage was given. Finished: a finish reason was given.
	Begun, Counted, Finished bool

	*Readers
	encoder Encoder
}

// NewCall begins a call. The request must not change while it lasts.
func (c *Client) NewCall(req *request.Request) Call {
	return Call{Client: c, Req: req, Model: cmp.Or(req.Model, c.cfg.Model), Response: &request.Response{Provider: c.cfg.Provider}}
}

// Frame makes a struct that embeds a Call half a Codec.
func (cl *Call) Frame() *Call { return cl }

// send encodes and posts the request and turns an error status into an error. On success the reply is open.
func (cl *Call) send(ctx context.Context, codec Codec, streamed bool) (*wire.Reply, error) {
	buffer, target, err := cl.prepare(codec, streamed)
	if err != nil {
		return nil, cl.named(err)
	}
	reply, err := cl.Client.wire.Post(ctx, target, buffer)
	return cl.accept(reply, err)
}

// accept takes what came of sending something: a good reply, which is open, or an error.
func (cl *Call) accept(reply *wire.Reply, err error) (*wire.Reply, error) {
	if err != nil {
		return nil, cl.named(err)
	}
	resp := cl.Response
	resp.RequestID = wire.RequestID(reply.Header)
	if read := cl.Client.cfg.ReadLimits; read != nil {
		read(reply.Header, &resp.Limits)
	}
	if reply.Status < 200 || reply.Status > 299 {
		return nil, cl.statusError(reply)
	}
	return reply, nil
}

func (cl *Call) prepare(codec Codec, streamed bool) (*wire.Buffer, *wire.Target, error) {
	if cl.Model == "" {
		return nil, nil, &request.Error{Class: request.ClassInvalid, Message: "no model; set Model in the request or in the client's configuration"}
	}
	if err := cl.Req.Validate(); err != nil {
		return nil, nil, err
	}
	cl.Can = cl.Client.Capabilities(cl.Model)
	if err := cl.Can.Check(cl.Req); err != nil {
		return nil, nil, err
	}
	buffer := wire.GetBuffer()
	e := &cl.encoder
	e.B, e.provider, e.extra = buffer.B, cl.Client.cfg.Provider, cl.Req.Extra[cl.Client.cfg.Provider]
	target, err := codec.Encode(e, streamed)
	buffer.B = e.B
	if err == nil {
		err = e.Err()
	}
	if err != nil {
		buffer.Free()
		return nil, nil, err
	}
	cl.Response.Warnings = e.Warnings
	return buffer, target, nil
}

// statusError turns a response with an error status into an error, and closes it.
func (cl *Call) statusError(reply *wire.Reply) error {
	body, err := reply.ErrorBody()
	if err != nil {
		return cl.named(err)
	}
	defer body.Free()
	failed := edge.StatusError(reply.Status, reply.Header, body.B, &cl.Response.Limits, cl.Client.Redact)
	err = cl.named(failed)
	cl.Client.report(failed, func() (uint64, bool) { return edge.Unknown(reply.Status, reply.Header, body.B) })
	return err
}

// read takes in a whole body. One that holds something but no answer is read as an error, in case it is one.
func (cl *Call) read(codec Codec, body []byte, out Emit) error {
	if err := cl.refusePage(body); err != nil {
		return err
	}
	cl.borrow()
	defer cl.giveBack()
	if err := codec.Whole(body, out); err != nil {
		return cl.unreadable(codec, err)
	}
	if !cl.Begun && cl.Failure == nil && len(bytes.TrimSpace(body)) > 0 {
		cl.Failure = edge.ParseBody(body)
		cl.Failure.Message = "the body holds no answer: " + cl.Failure.Message
	}
	return nil
}

// refusePage is the error for what was written for a browser.
func (cl *Call) refusePage(body []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(body[:min(len(body), 1024)]), []byte("<")) {
		return cl.newError(request.ClassInvalid, "the server answered with a web page; check the base URL")
	}
	return nil
}

// complete fills in the response, with what it cost: one that broke off may be billed, too.
func (cl *Call) complete(codec Codec) {
	codec.Complete()
	cl.Client.price(cl.Response, cl.Req, cl.Model, cl.batched)
}

// finish hands out the answer, or what it turned out to be: an error inside a 200, a refusal, nothing at all.
func (cl *Call) finish(codec Codec) (*request.Response, error) {
	cl.complete(codec)
	resp := cl.Response
	switch {
	case cl.Failure != nil:
		return nil, cl.inBand(cl.Failure)
	case resp.FinishReason == request.FinishContentPolicy:
		if resp.Refusal != "" {
			return nil, cl.newError(request.ClassContentPolicy, "the model refused: "+cl.Client.Redact(resp.Refusal))
		}
		return nil, cl.endError(request.ClassContentPolicy, "the answer was withheld by a content filter")
	case resp.FinishReason == request.FinishError:
		class, _ := (&edge.Failure{Code: resp.RawFinishReason}).Classify(200)
		return nil, cl.endError(class, "the provider gave up on the answer")
	case !cl.Begun, resp.RawFinishReason == "" && len(resp.Parts) == 0:
		return nil, cl.newError(request.ClassTruncated, "the answer has neither content nor a finish reason")
	}
	return resp, nil
}

func (cl *Call) inBand(found *edge.Failure) error {
	e := found.InBandError(cl.Client.Redact)
	e.Limits, e.Partial = cl.Response.Limits, cl.Response
	err := cl.named(e)
	cl.Client.report(e, func() (uint64, bool) { return found.Unknown(e.Status) })
	return err
}

// Fill sets the fields of the response that come from the pieces taken in. Counts that no provider gave are guessed.
func (cl *Call) Fill() {
	cl.endSound()
	resp := cl.Response
	cl.Parts.Fill(resp)
	resp.Refusal = string(cl.Refusal)
	resp.Model = cmp.Or(resp.Model, cl.Model)
	if !cl.Counted {
		resp.Usage = request.Usage{
			InputTokens:  tokens.For(cl.Model, tokens.Request(cl.Req)),
			OutputTokens: tokens.For(cl.Model, tokens.Response(resp)),
			Estimated:    true,
		}
	}
}

// newError is for failures after a good status: they may be billed, and hold what had come of the answer.
func (cl *Call) newError(class request.Class, message string) *request.Error {
	resp := cl.Response
	return &request.Error{
		Class: class, Provider: cl.Client.cfg.Provider, Model: cl.Model, Status: 200, Message: message,
		RequestID: resp.RequestID, Limits: resp.Limits, MaybeBilled: true, Partial: resp,
	}
}

// endError is for an answer whose finish reason is a failure.
func (cl *Call) endError(class request.Class, message string) *request.Error {
	if reason := cl.Response.RawFinishReason; reason != "" {
		message += ": finish reason " + reason
	}
	if cl.Explanation != "" {
		message += ": " + edge.Shorten(cl.Client.Redact(cl.Explanation))
	}
	return cl.newError(class, message)
}

// unreadable is the error for an answer that is not JSON, or not all of it.
func (cl *Call) unreadable(codec Codec, err error) error {
	cl.complete(codec)
	e := cl.newError(request.ClassTruncated, "the answer can't be read")
	e.Err = err
	return e
}

// named completes an error of the layers below with what only the call knows.
func (cl *Call) named(err error) error {
	if e, ok := errors.AsType[*request.Error](err); ok {
		e.Provider, e.Model = cl.Client.cfg.Provider, cl.Model
		if e.RequestID == "" {
			e.RequestID = cl.Response.RequestID
		}
	}
	return err
}

// size is how much has come of the answer, in bytes.
func (cl *Call) size() int64 {
	n := cl.Parts.Size() + len(cl.Refusal) + cl.Pending
	if cl.sound != nil {
		n += len(cl.sound.Data) + len(cl.sound.Transcript)
	}
	return int64(n)
}
