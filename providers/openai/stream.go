package openai

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// stream reads one event stream and hands its pieces to the reader's loop.
type stream struct {
	call  *call
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
	if resp := s.call.answer.response; resp.Limits.Any() {
		s.emit(request.Chunk{Limits: &resp.Limits})
	}
	if s.left {
		return
	}
	var err error
	switch events.Peek() {
	case '{', '<': // no stream: servers mislabel both
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
	resp, err := s.call.finish()
	s.yield(request.Chunk{Response: resp}, err)
}

// whole takes in an answer that came in one piece although a stream was asked for.
func (s *stream) whole() error {
	body, err := s.reply.Body()
	if err != nil {
		return s.call.named(err)
	}
	defer body.Free()
	return s.call.read(body.B, s.emit)
}

// events takes in events until the terminal one, an error, or the reader leaves.
func (s *stream) events(events *wire.EventReader) error {
	a, out := &s.call.answer, s.emit
	for !s.left {
		event, err := events.Next()
		if errors.Is(err, io.EOF) && a.finished {
			a.warn("stream", "the server closed it after the finish reason, without [DONE]")
			return nil
		}
		if err != nil {
			return s.broken(err)
		}
		done, err := a.event(&event, out)
		if err != nil {
			return s.call.unreadable(err)
		}
		if a.size() > s.call.client.wire.MaxAnswer() {
			return s.broken(errTooMuch)
		}
		if done || a.failure != nil {
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
	s.call.answer.complete(s.call)
	e.Partial = s.call.answer.response
	e.Limits = e.Partial.Limits
	return s.call.named(e)
}

// terminal is the dialect's last event.
var terminal = []byte("[DONE]")

// event takes in one event and reports whether it ends the stream. Where a server forgets the blank line between events,
// the terminal one runs into the event before it.
func (a *answer) event(event *wire.Event, out emit) (done bool, err error) {
	data, done := bytes.CutSuffix(bytes.TrimSpace(event.Data), terminal)
	switch {
	case len(data) == 0:
		return done, nil
	case string(event.Type) == "error":
		a.failure = parseErrorBody(data)
		return done, nil
	}
	return done, a.document(data, out)
}
