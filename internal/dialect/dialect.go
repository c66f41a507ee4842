// Package dialect is what the clients of all APIs have in common: a request is checked, encoded, posted, and its answer read
// in one piece or event by event, with every way to fail on the way. What differs, the form of requests and answers, is a
// [Codec]. The dialects under providers build on it; it knows none of them.
package dialect

import (
	"cmp"
	"context"
	"iter"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Client is the part of a client that does not depend on the dialect.
type Client struct {
	cfg  Config
	wire *wire.Client
}

// New opens no connection.
func New(cfg Config) *Client {
	return &Client{cfg: cfg, wire: wire.New(wire.Config{
		Provider:         cfg.Provider,
		Transport:        cfg.Transport,
		FirstByteTimeout: cfg.FirstByteTimeout,
		IdleTimeout:      cfg.IdleTimeout,
		MaxAnswer:        cfg.MaxAnswer,
		Secrets:          cfg.secrets(),
	})}
}

// Redact removes the client's secrets from a text.
func (c *Client) Redact(text string) string { return c.wire.Redact(text) }

// Capabilities describes a model, the client's own if the name is empty: as configured, or else by the table of models.
func (c *Client) Capabilities(model string) request.Capabilities {
	model = cmp.Or(model, c.cfg.Model)
	if c.cfg.Capabilities != nil {
		if can := c.cfg.Capabilities(model); can.Known {
			return can
		}
	}
	return c.models().Capabilities(c.cfg.Provider, model)
}

func (c *Client) models() *pricing.Table {
	if c.cfg.Models != nil {
		return c.cfg.Models
	}
	return pricing.Builtin()
}

// Codec is one request in one dialect. Its methods are called in the order in which they stand here, from one goroutine.
type Codec interface {
	// Frame is the state that the Codec shares with this package.
	Frame() *Call
	// Encode writes the request's body to e and returns where it is to be sent. Faults that e collected fail the call.
	Encode(e *Encoder, streamed bool) (*wire.Target, error)
	// Whole takes in an answer that came in one piece, Event an event of a stream; done is the terminal one. An error is
	// that of a text that can't be read. out is nil where nobody reads along.
	Whole(body []byte, out Emit) error
	Event(event wire.Event, out Emit) (done bool, err error)
	// EndOfStream reports whether a stream that ended in order, but without a terminal event, is whole.
	EndOfStream() bool
	// Complete fills in the response with everything that was taken in, which may be an answer that broke off.
	Complete()
}

// Emit hands a piece to the reader of a stream.
type Emit func(request.Chunk)

// Send hands a chunk out, if anybody listens.
func (out Emit) Send(c request.Chunk) {
	if out != nil {
		out(c)
	}
}

// Complete sends the request and blocks until the whole answer has come.
func Complete(ctx context.Context, codec Codec) (*request.Response, error) {
	call := codec.Frame()
	if err := call.ask(ctx, codec); err != nil {
		return nil, err
	}
	return call.finish(codec)
}

// ask sends the request and takes in the whole answer.
func (cl *Call) ask(ctx context.Context, codec Codec) error {
	reply, err := cl.send(ctx, codec, false)
	if err != nil {
		return err
	}
	body, err := reply.Body()
	if err != nil {
		return cl.named(err)
	}
	defer body.Free()
	return cl.read(codec, body.B, nil)
}

// Stream returns the answer as it is written; see request.Client. newCodec is called for each range over it.
func Stream(ctx context.Context, newCodec func() Codec) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		codec := newCodec()
		call := codec.Frame()
		reply, err := call.send(ctx, codec, true)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		s := &stream{codec: codec, call: call, reply: reply, yield: yield}
		s.run()
	}
}

// EstimateTokens guesses the size of a request's prompt offline, for APIs that do not count.
func (c *Client) EstimateTokens(req *request.Request) (request.TokenCount, error) {
	call := c.NewCall(req)
	if err := req.Validate(); err != nil {
		return request.TokenCount{}, call.named(err)
	}
	return request.TokenCount{Tokens: tokens.For(call.Model, tokens.Request(req)), Estimated: true}, nil
}
