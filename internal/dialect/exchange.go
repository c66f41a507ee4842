package dialect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// An exchange is about something else than an answer, such as a batch.

// Open posts the body, or asks for what is at the target if there is none, and returns a good reply, which the caller closes.
func (c *Client) Open(ctx context.Context, target *wire.Target, body *wire.Buffer) (*wire.Reply, error) {
	call := c.NewCall(new(request.Request))
	if body == nil {
		return call.accept(c.wire.Get(ctx, target))
	}
	return call.accept(c.wire.Post(ctx, target, body))
}

// Fetch is Open for an answer that is read as a whole, into a value of encoding/json.
func (c *Client) Fetch(ctx context.Context, target *wire.Target, body *wire.Buffer, into any) error {
	call := c.NewCall(new(request.Request))
	reply, err := c.Open(ctx, target, body)
	if err != nil {
		return err
	}
	answer, err := reply.Body()
	if err != nil {
		return call.named(err)
	}
	defer answer.Free()
	if err := call.refusePage(answer.B); err != nil {
		return err
	}
	if err := json.Unmarshal(answer.B, into); err != nil {
		return c.Broken(err)
	}
	return nil
}

// Broken is the error for an answer that is not what it should be.
func (c *Client) Broken(err error) error {
	call := c.NewCall(new(request.Request))
	e := call.newError(request.ClassTruncated, "the answer can't be read")
	e.Err, e.Partial = err, nil
	return e
}

// Lines reads what is at the target line by line, without those that are empty. A line is valid until the next.
func (c *Client) Lines(ctx context.Context, target *wire.Target) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		reply, err := c.Open(ctx, target, nil)
		if err != nil {
			yield(nil, err)
			return
		}
		defer reply.Close()
		lines := bufio.NewReader(reply)
		for line := []byte(nil); ; {
			line, err = c.line(lines, line[:0])
			if text := bytes.TrimSpace(line); len(text) > 0 && (err == nil || errors.Is(err, io.EOF)) && !yield(text, nil) {
				return
			}
			if err != nil {
				break
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, c.ReadError(reply, err))
		}
	}
}

// line reads a line into the buffer.
func (c *Client) line(from *bufio.Reader, into []byte) ([]byte, error) {
	for {
		piece, err := from.ReadSlice('\n')
		into = append(into, piece...)
		switch {
		case int64(len(into)) > c.wire.MaxAnswer():
			return into, errTooMuch
		case !errors.Is(err, bufio.ErrBufferFull):
			return into, err
		}
	}
}

// ReadError is the error for a reply that broke off.
func (c *Client) ReadError(reply *wire.Reply, err error) error {
	e := reply.ReadError(err)
	e.Provider, e.Model = c.cfg.Provider, c.cfg.Model
	return e
}
