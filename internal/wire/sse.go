package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxEventSize bounds one line, and the data of one event, of an event stream.
const MaxEventSize = 32 << 20

// ErrEventTooLarge is returned for an event above MaxEventSize.
var ErrEventTooLarge = fmt.Errorf("an event of the stream is larger than %d MB", MaxEventSize>>20)

// Event is one server-sent event. Its bytes are valid until the next call of Next.
type Event struct {
	// Type is the event field, empty if there was none.
	Type []byte
	// Data is the data lines, joined by line feeds.
	Data []byte
}

// EventReader splits a text/event-stream body into events, by the WHATWG specification of server-sent events: lines end
// with CR, LF or both, comments and unknown fields are ignored, one space after the colon is dropped. Beyond it, an event
// that the end of the stream cuts is returned: with what stands of its last line where the stream ended in order, without
// it where the connection broke. The zero value is not usable; see NewEventReader.
type EventReader struct {
	src    io.Reader
	buffer *Buffer
	// The unread bytes are buffer.B[at:]; the first searched of them hold no line end.
	at, searched int
	begun        bool // a first line was read, so that no byte order mark can come
	skipLF       bool // the last line ended with CR: a LF that follows belongs to it
	kind, data   []byte
	err          error
}

// NewEventReader reads events from src. Close gives its buffer back.
func NewEventReader(src io.Reader) *EventReader {
	return &EventReader{src: src, buffer: GetBuffer()}
}

// Close releases the buffer; events read before become invalid. It does not close the source.
func (r *EventReader) Close() {
	if r.buffer != nil {
		r.buffer.Free()
		r.buffer, r.err = nil, io.ErrClosedPipe
	}
}

// Peek blocks until something other than space has come and returns its first byte, 0 at the end. Before the first Next, it
// tells a stream from a body that is none.
func (r *EventReader) Peek() byte {
	for r.buffer != nil {
		if rest := bytes.TrimLeft(r.buffer.B[r.at:], " \t\r\n"); len(rest) > 0 {
			return rest[0]
		}
		if r.err != nil {
			break
		}
		r.fill()
	}
	return 0
}

// Buffered returns what was read from the source and not yet as an event; it is valid until the next call of Next.
func (r *EventReader) Buffered() []byte { return r.buffer.B[r.at:] }

// Next blocks until an event with data or a type has come. At the end of the stream it returns io.EOF; any other error is
// the source's, or [ErrEventTooLarge]. Errors stay.
func (r *EventReader) Next() (Event, error) {
	r.kind, r.data = r.kind[:0], r.data[:0]
	for {
		line, err := r.line()
		if err != nil {
			if !errors.Is(err, ErrEventTooLarge) && r.pending() {
				return Event{Type: r.kind, Data: r.event()}, nil
			}
			return Event{}, err
		}
		if len(line) > 0 {
			if err := r.field(line); err != nil {
				return Event{}, err
			}
			continue
		}
		if r.pending() {
			return Event{Type: r.kind, Data: r.event()}, nil
		}
	}
}

func (r *EventReader) pending() bool { return len(r.data) > 0 || len(r.kind) > 0 }

// event is the data without the line feed that the last data line left.
func (r *EventReader) event() []byte { return bytes.TrimSuffix(r.data, []byte("\n")) }

func (r *EventReader) field(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		if len(r.data)+len(value) > MaxEventSize {
			r.at, r.err = len(r.buffer.B), ErrEventTooLarge
			return r.err
		}
		r.data = append(append(r.data, value...), '\n')
	case "event":
		r.kind = append(r.kind[:0], value...)
	}
	return nil
}

// line returns the next line without its end. The last line of a stream may lack one.
func (r *EventReader) line() ([]byte, error) {
	for {
		if line, ok := r.cut(); ok {
			return r.first(line), nil
		}
		if r.err != nil {
			return r.rest()
		}
		r.fill()
	}
}

// cut takes a line off the unread bytes, if they hold its end.
func (r *EventReader) cut() ([]byte, bool) {
	unread := r.buffer.B[r.at:]
	if r.skipLF && len(unread) > 0 {
		r.skipLF = false
		if unread[0] == '\n' {
			r.at++
			unread = unread[1:]
		}
	}
	r.searched = min(r.searched, len(unread))
	window := unread[r.searched:]
	if n := bytes.IndexByte(window, '\n'); n >= 0 {
		window = window[:n+1]
	}
	n := bytes.IndexByte(window, '\r')
	if n < 0 {
		n = len(window) - 1
		if n < 0 || window[n] != '\n' {
			r.searched = len(unread)
			return nil, false
		}
	}
	n += r.searched
	r.skipLF = unread[n] == '\r'
	r.at += n + 1
	r.searched = 0
	return unread[:n], true
}

// first drops a byte order mark.
func (r *EventReader) first(line []byte) []byte {
	if r.begun {
		return line
	}
	r.begun = true
	return bytes.TrimPrefix(line, []byte("\ufeff"))
}

// rest returns what stands after the last line end once, and then the error.
func (r *EventReader) rest() ([]byte, error) {
	if r.buffer == nil || r.at == len(r.buffer.B) || !errors.Is(r.err, io.EOF) {
		return nil, r.err
	}
	line := r.buffer.B[r.at:]
	r.at = len(r.buffer.B)
	return r.first(line), nil
}

// fill reads more, after moving the unread bytes to the front if there is no room behind them.
func (r *EventReader) fill() {
	b := r.buffer.B
	if len(b) == cap(b) {
		b = b[:copy(b, b[r.at:])]
		r.at = 0
		if len(b) > MaxEventSize {
			r.err = ErrEventTooLarge
			return
		}
		if len(b) > cap(b)/2 {
			b = append(make([]byte, 0, 2*cap(b)), b...)
		}
	}
	n, err := r.src.Read(b[len(b):cap(b)])
	r.buffer.B = b[:len(b)+n]
	r.err = err
}
