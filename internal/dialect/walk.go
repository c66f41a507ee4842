package dialect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/seed63918563/llmgate/internal/wire"
)

// Walk reads a document that may be larger than memory should hold, from its beginning to its end. A value that is decoded as
// a whole is bounded as an answer is. Its errors stay.
type Walk struct {
	json *json.Decoder
	from io.Reader
	// read is how much came, most how far that may run ahead of what was made of it.
	read, most int64
}

// ErrShape is in the chain of the error for a document that is not what it should be.
var ErrShape = errors.New("it has not the expected form")

// Walk opens the reply, as Open does, and has its document read.
func (c *Client) Walk(ctx context.Context, target *wire.Target, body *wire.Buffer, read func(*Walk) error) error {
	reply, err := c.Open(ctx, target, body)
	if err != nil {
		return err
	}
	defer reply.Close()
	w := &Walk{from: reply, most: c.wire.MaxAnswer()}
	w.json = json.NewDecoder(w)
	w.json.UseNumber() // one that is too large for a float64 can be passed over
	err = read(w)
	if errors.Is(err, ErrShape) {
		return c.Broken(err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || w.read < 0 {
		return c.ReadError(reply, err)
	}
	return err
}

// Read feeds the decoder.
func (w *Walk) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	w.read += int64(n)
	if w.read-w.json.InputOffset() > w.most {
		err = errTooMuch
	}
	if err != nil && !errors.Is(err, io.EOF) {
		w.read = -1 // the reply broke off
	}
	return n, err
}

// Decode reads the next value whole. What its type refuses, such as a time that is none, has not the expected form.
func (w *Walk) Decode(into any) error { return w.fault(w.json.Decode(into)) }

// Fields walks an object, and has each value read by its field's name; Elements walks a list. Of null there are none.
func (w *Walk) Fields(each func(name string) error) error {
	return w.container('{', func() error {
		name, err := w.token()
		if err != nil {
			return err
		}
		return each(name.(string))
	})
}

func (w *Walk) Elements(each func() error) error { return w.container('[', each) }

func (w *Walk) container(open json.Delim, each func() error) error {
	switch token, err := w.token(); {
	case err != nil:
		return err
	case token == nil:
		return nil
	case token != open:
		return ErrShape
	}
	for w.json.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

// Skip passes over a value, however large it is.
func (w *Walk) Skip() error {
	for depth := 0; ; {
		token, err := w.token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (w *Walk) token() (json.Token, error) {
	token, err := w.json.Token()
	return token, w.fault(err)
}

// fault tells an end in the middle, and a reply that broke off, from a document that has not the expected form.
func (w *Walk) fault(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case err == nil || w.read < 0 || errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return fmt.Errorf("%w: %w", ErrShape, err)
}
