package anthropic

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
)

// Whole takes in a message.
func (a *message) Whole(body []byte, out dialect.Emit) error {
	a.Outer.Reset(body)
	for a.Outer.Next() {
		a.message(&a.Outer, out)
	}
	return a.Outer.Err()
}

// Event takes in one event. Where a server forgets the blank line between events, several stand one after the other.
func (a *message) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	if string(event.Type) == "error" {
		a.Failure = edge.ParseBody(event.Data)
		return false, nil
	}
	a.Outer.Reset(event.Data)
	for !done && a.Outer.Next() {
		done = a.event(out)
	}
	return done, a.Outer.Err()
}

// fields are what an event may hold, still as text: its type may come last.
type fields struct {
	kind, message, block, delta, usage, failure []byte
	index                                       int64
}

func (a *message) event(out dialect.Emit) (done bool) {
	f := a.fields()
	if a.Outer.Err() != nil {
		return false
	}
	switch string(f.kind) {
	case `"message_start"`:
		a.Begun = true
		a.Inner.Reset(f.message)
		a.message(&a.Inner, out)
		a.Counted = false // the count of the answer has only begun
	case `"content_block_start"`:
		a.start(f.index, f.block, out)
	case `"content_block_delta"`:
		a.delta(f.index, f.delta, out)
	case `"content_block_stop"`:
		a.stop(f.index, out)
	case `"message_delta"`:
		a.Inner.Reset(f.delta)
		a.message(&a.Inner, out)
		a.Inner.Reset(f.usage)
		a.usage(&a.Inner)
	case `"message_stop"`:
		a.stopAll(out)
		return true
	default: // ping, and whatever will come to be
		if len(f.failure) > 0 {
			a.Inner.Reset(f.failure)
			a.Fail(edge.ParseValue(&a.Inner))
		}
	}
	return false
}

func (a *message) fields() (f fields) {
	r := &a.Outer
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			f.kind = r.Raw()
		case "index":
			f.index = r.Int()
		case "message":
			f.message = r.Raw()
		case "content_block":
			f.block = r.Raw()
		case "delta":
			f.delta = r.Raw()
		case "usage":
			f.usage = r.Raw()
		case "error":
			f.failure = r.Raw()
		default:
			r.Skip()
		}
	}
	return f
}

// message takes in a message: the whole, what is known of it at its start, or what is known only at its end.
func (a *message) message(r *jsontext.Reader, out dialect.Emit) {
	resp := a.Response
	for key := range r.Fields() {
		switch string(key) {
		case "id":
			r.Once(&resp.ID)
		case "model":
			r.Once(&resp.Model)
		case "content":
			a.content(r, out)
		case "stop_reason":
			if reason := r.String(); reason != "" {
				resp.RawFinishReason, a.Finished = reason, true
			}
		case "stop_details":
			a.stopDetails(r)
		case "usage":
			a.usage(r)
		case "error":
			a.Fail(edge.ParseValue(r))
		default:
			r.Skip()
		}
	}
}

// content takes in the blocks of a message.
func (a *message) content(r *jsontext.Reader, out dialect.Emit) {
	if r.Kind() == jsontext.String { // of compatible servers
		a.Begun = true
		a.TakeText(r.Raw(), out)
		return
	}
	if !r.Array() {
		return
	}
	a.Begun = true
	for index := int64(0); r.More(); index++ {
		a.start(index, r.Raw(), out)
		a.stop(index, out)
	}
}

// stopDetails reads why the model refused.
func (a *message) stopDetails(r *jsontext.Reader) {
	for key := range r.Fields() {
		if string(key) == "explanation" {
			a.Refusal = append(a.Refusal, r.Text()...)
		} else {
			r.Skip()
		}
	}
}
