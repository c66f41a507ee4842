package openai

import (
	"sync"
	"time"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// answer puts a response together: from one completion document, or from the many of a stream. Both have the same shape
// but for "message" and "delta". It takes what compatible servers really send: other types count as absent, unknown
// fields are passed over, usage may come anywhere and the last one counts.
type answer struct {
	response *request.Response
	parts    request.Assembler
	refusal  []byte
	calls    calls
	// failure is an error object found where an answer was to be.
	failure *wireError
	// sawChoice and sawUsage: the document had at least one. finished: a finish reason was given.
	sawChoice, sawUsage, finished bool

	*readers
}

// readers walk a document, a message in it, and a value of that. They are reused for their memory.
type readers struct {
	outer, inner, value jsontext.Reader
}

var readerPool = sync.Pool{New: func() any { return new(readers) }}

// emit hands a piece to the reader of a stream. It is nil for completions.
type emit func(request.Chunk)

// document takes in a completion or a chunk, or several standing one after the other.
func (a *answer) document(data []byte, out emit) error {
	a.readers = readerPool.Get().(*readers)
	defer readerPool.Put(a.readers)
	r := &a.outer
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

func (a *answer) field(key string, out emit) {
	r, resp := &a.outer, a.response
	switch key {
	case "id":
		setOnce(&resp.ID, r)
	case "model":
		setOnce(&resp.Model, r)
	case "service_tier":
		setOnce(&resp.ServiceTier, r)
	case "created":
		if t := r.Int(); resp.Created.IsZero() && t > 0 {
			resp.Created = time.Unix(t, 0).UTC()
		}
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
	case "error":
		if r.Kind() == jsontext.Null {
			r.Skip()
			return
		}
		a.failure = parseErrorValue(r.Raw())
	default:
		r.Skip()
	}
}

// setOnce keeps the first value: chunks repeat these fields.
func setOnce(field *string, r *jsontext.Reader) {
	if *field != "" {
		r.Skip()
		return
	}
	*field = r.String()
}

// groq reads the side object in which Groq puts usage and errors of a stream.
func (a *answer) groq() {
	r := &a.outer
	for key := range r.Fields() {
		switch string(key) {
		case "usage":
			a.usage(r)
		case "error":
			a.failure = &wireError{message: r.String()}
		default:
			r.Skip()
		}
	}
}

func (a *answer) warn(field, message string) {
	a.response.Warnings = append(a.response.Warnings, request.Warning{Field: field, Message: message})
}

func (a *answer) choice(out emit) {
	r := &a.outer
	first := true
	for key := range r.Fields() {
		a.sawChoice = true
		switch string(key) {
		case "index":
			first = r.Int() == 0
		case "message", "delta":
			if piece := r.Raw(); first {
				a.message(piece, out)
			}
		case "text": // legacy completions
			if text := r.Raw(); first {
				a.text(text, out)
			}
		case "finish_reason":
			if reason := r.String(); first && reason != "" {
				a.response.RawFinishReason, a.finished = reason, true
			}
		case "usage":
			a.usage(r)
		case "error":
			if r.Kind() == jsontext.Object {
				a.failure = parseErrorValue(r.Raw())
			} else {
				r.Skip()
			}
		default:
			r.Skip()
		}
	}
}

// pieces are the fields of a message, still as text, so that they are taken in the order in which a model produces them
// whatever order the server writes them in.
type pieces struct {
	reasoning, details, content, refusal, calls, function, images, audio []byte
}

func (a *answer) message(text []byte, out emit) {
	var p pieces
	r := &a.inner
	r.Reset(text)
	for key := range r.Fields() {
		switch string(key) {
		case "content":
			p.content = r.Raw()
		case "reasoning_content", "reasoning", "reasoning_text":
			if raw := r.Raw(); len(raw) > len(p.reasoning) { // some servers fill two with the same text
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
		default:
			r.Skip()
		}
	}
	a.take(&p, out)
}

func (a *answer) take(p *pieces, out emit) {
	if !a.details(p.details, out) {
		a.reason(p.reasoning, out)
	}
	a.content(p.content, out)
	if len(p.refusal) > 0 {
		a.value.Reset(p.refusal)
		a.refusal = append(a.refusal, a.value.Text()...)
	}
	a.toolCalls(p.calls, out)
	a.functionCall(p.function, out)
	a.images(p.images, out)
	a.audio(p.audio, out)
}

// send hands a chunk out, if anybody listens.
func send(out emit, c request.Chunk) {
	if out != nil {
		out(c)
	}
}

// text takes a JSON string of the answer's text.
func (a *answer) text(raw []byte, out emit) {
	a.value.Reset(raw)
	if a.value.Kind() != jsontext.String {
		return
	}
	if s := a.parts.Text(a.value.Text()); s != "" {
		send(out, request.Chunk{Content: s})
	}
}

func (a *answer) reason(raw []byte, out emit) {
	a.value.Reset(raw)
	if a.value.Kind() != jsontext.String {
		return
	}
	if s := a.parts.Reason(a.value.Text()); s != "" {
		send(out, request.Chunk{Reasoning: s})
	}
}

// content takes text as a string, or as a list of typed parts.
func (a *answer) content(raw []byte, out emit) {
	if len(raw) == 0 {
		return
	}
	if raw[0] != '[' {
		a.text(raw, out)
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	r.Array()
	for r.More() {
		if r.Kind() == jsontext.String {
			a.text(r.Raw(), out)
			continue
		}
		a.contentPart(r, out)
	}
}

func (a *answer) contentPart(r *jsontext.Reader, out emit) {
	for key := range r.Fields() {
		switch string(key) {
		case "text":
			a.text(r.Raw(), out)
		case "refusal":
			a.refusal = append(a.refusal, r.Text()...)
		case "thinking":
			a.thinking(r.Raw(), out)
		default:
			r.Skip()
		}
	}
}

// thinking takes reasoning inside content: a string, or a list of text parts.
func (a *answer) thinking(raw []byte, out emit) {
	if raw[0] != '[' {
		a.reason(raw, out)
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	r.Array()
	for r.More() {
		for key := range r.Fields() {
			if string(key) == "text" {
				a.reason(r.Raw(), out)
			} else {
				r.Skip()
			}
		}
	}
}
