package openai

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
)

// document takes in a completion or a chunk, or several standing one after the other.
func (a *chat) document(data []byte, out dialect.Emit) error {
	r := &a.Outer
	r.Reset(data)
	for r.Next() {
		if r.Kind() != jsontext.Object {
			r.Skip()
			continue
		}
		for key := range r.Fields() {
			a.field(string(key), out)
		}
	}
	return r.Err()
}

func (a *chat) field(key string, out dialect.Emit) {
	r, resp := &a.Outer, a.Response
	switch key {
	case "id":
		r.Once(&resp.ID)
	case "model":
		r.Once(&resp.Model)
	case "service_tier":
		r.Once(&resp.ServiceTier)
	case "created":
		a.created(r)
	case "choices":
		if r.Array() {
			for r.More() {
				a.choice(out)
			}
		}
	case "usage":
		a.usage(r)
	case "x_groq":
		a.groq()
	case "citations", "search_results":
		a.sources(r)
	case "error":
		a.Fail(edge.ParseValue(r))
	default:
		r.Skip()
	}
}

// groq reads the side object in which Groq puts usage and errors of a stream.
func (a *chat) groq() {
	r := &a.Outer
	for key := range r.Fields() {
		switch string(key) {
		case "usage":
			a.usage(r)
		case "error":
			a.Fail(edge.ParseValue(r))
		default:
			r.Skip()
		}
	}
}

// choice takes in the first choice. It reads all fields before it acts, for the index may come last.
func (a *chat) choice(out dialect.Emit) {
	r := &a.Outer
	var message, text []byte
	var index int64
	var reason string
	whole, given := false, false
	for key := range r.Fields() {
		given = true
		switch string(key) {
		case "index":
			index = r.Int()
		case "message", "delta":
			isWhole := string(key) == "message"
			if raw := r.Raw(); len(raw) > 0 && raw[0] == '{' {
				message, whole = raw, isWhole
			}
		case "text": // legacy completions
			text = r.Raw()
		case "finish_reason":
			reason = r.String()
		case "usage":
			a.usage(r)
		case "error":
			a.Fail(edge.ParseValue(r))
		default:
			r.Skip()
		}
	}
	if !given || index != 0 {
		return
	}
	a.Begun = true
	a.message(message, whole, out)
	a.TakeText(text, out)
	if reason != "" {
		a.Response.RawFinishReason, a.Finished = reason, true
	}
}

// pieces are the fields of a message, still as text, so that they are taken in the order in which a model produces them
// whatever order the server writes them in.
type pieces struct {
	reasoning, details, content, refusal, calls, function, images, audio []byte
}

// message takes in a whole message, or a delta of one.
func (a *chat) message(text []byte, whole bool, out dialect.Emit) {
	if len(text) == 0 {
		return
	}
	var p pieces
	r := &a.Inner
	r.Reset(text)
	for key := range r.Fields() {
		switch string(key) {
		case "content":
			p.content = r.Raw()
		case "reasoning_content", "reasoning", "reasoning_text":
			if raw := r.Raw(); raw[0] == '"' && len(raw) > len(p.reasoning) { // some servers fill two with the same text
				p.reasoning = raw
			}
		case "reasoning_details":
			p.details = r.Raw()
		case "refusal":
			p.refusal = r.Raw()
		case "tool_calls":
			p.calls = r.Raw()
		case "function_call":
			p.function = r.Raw()
		case "images":
			p.images = r.Raw()
		case "audio":
			p.audio = r.Raw()
		case "annotations":
			a.sources(r)
		default:
			r.Skip()
		}
	}
	a.take(&p, whole, out)
}

func (a *chat) take(p *pieces, whole bool, out dialect.Emit) {
	if !a.details(p.details, out) {
		a.TakeReason(p.reasoning, out)
	}
	a.content(p.content, out)
	a.Refusal = append(a.Refusal, a.Unquoted(p.refusal)...)
	a.toolCalls(p.calls, whole, out)
	a.functionCall(p.function, out)
	a.images(p.images, out)
	a.audio(p.audio)
}

// content takes text as a string, or as a list of typed parts.
func (a *chat) content(raw []byte, out dialect.Emit) {
	if len(raw) == 0 {
		return
	}
	if raw[0] != '[' {
		a.TakeText(raw, out)
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	r.Array()
	for r.More() {
		if r.Kind() == jsontext.String {
			a.TakeText(r.Raw(), out)
			continue
		}
		a.contentPart(r, out)
	}
}

func (a *chat) contentPart(r *jsontext.Reader, out dialect.Emit) {
	for key := range r.Fields() {
		switch string(key) {
		case "text":
			a.TakeText(r.Raw(), out)
		case "refusal":
			a.Refusal = append(a.Refusal, r.Text()...)
		case "thinking":
			a.thinking(r.Raw(), out)
		default:
			r.Skip()
		}
	}
}

// thinking takes reasoning inside content: a string, or a list of text parts.
func (a *chat) thinking(raw []byte, out dialect.Emit) {
	if raw[0] != '[' {
		a.TakeReason(raw, out)
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	r.Array()
	for r.More() {
		for key := range r.Fields() {
			if string(key) == "text" {
				a.TakeReason(r.Raw(), out)
			} else {
				r.Skip()
			}
		}
	}
}
