package dialect

import (
	"errors"
	"io"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// stream reads one event stream and hands its pieces to the reader's loop.
type stream struct {
	codec Codec
	call  *Call
	reply *wire.Reply
	yield func(request.Chunk, error) bool
	left  bool // the reader has left the loop and must not be called again
}

func (s *stream) run() {
	events := wire.NewEventReader(s.reply)
	ended := false
	defer func() { // whatever the reader's loop does, a panic included
		events.Close()
		if ended {
			s.reply.Drain()
		} else {
			s.reply.Close()
		}
	}()
	if resp := s.call.Response; resp.Limits.Any() {
		s.emit(request.Chunk{Limits: &resp.Limits})
	}
	if s.left {
		return
	}
	var err error
	switch events.Peek() {
	case '{', '[', '<': // no stream: servers mislabel both
		s.reply.Unread(events.Buffered())
		err = s.whole()
	default:
		err = s.events(events)
	}
	if !s.left {
		ended = err == nil
		s.end(err)
	}
}

func (s *stream) emit(c request.Chunk) {
	if !s.left {
		s.left = !s.yield(c, nil)
	}
}

// end hands out the whole answer, or the error it ended with.
func (s *stream) end(err error) {
	if err != nil {
		s.yield(request.Chunk{}, err)
		return
	}
	resp, err := s.call.finish(s.codec)
	s.yield(request.Chunk{Response: resp}, err)
}

// whole takes in an answer that came in one piece although a stream was asked for.
func (s *stream) whole() error {
	body, err := s.reply.Body()
	if err != nil {
		return s.call.named(err)
	}
	defer body.Free()
	return s.call.read(s.codec, body.B, s.emit)
}

// events takes in events until the terminal one, an error, or the reader leaves.
func (s *stream) events(events *wire.EventReader) error {
	out := Emit(s.emit)
	for !s.left {
		event, err := events.Next()
		if errors.Is(err, io.EOF) && s.codec.EndOfStream() {
			return nil
		}
		if err != nil {
			return s.broken(err)
		}
		done, err := s.codec.Event(event, out)
		if err != nil {
			return s.call.unreadable(s.codec, err)
		}
		if s.call.size() > s.call.Client.wire.MaxAnswer() {
			return s.broken(errTooMuch)
		}
		if done || s.call.Failure != nil {
			return nil
		}
	}
	return nil
}

var errTooMuch = errors.New("the answer is larger than MaxAnswer; raise it or ask for less")

// broken is the error for a stream that ended before its terminal event.
func (s *stream) broken(err error) error {
	e := s.reply.ReadError(err)
	if errors.Is(err, io.EOF) {
		e.Message = "the stream ended before its last event"
	}
	s.call.complete(s.codec)
	e.Partial = s.call.Response
	e.Limits = e.Partial.Limits
	return s.call.named(e)
}
