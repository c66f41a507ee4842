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
	calls    []slot
	sound    *request.AudioPart // what has come of it
	detail   *detail            // the last one, to tell whether the next goes on with it
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
		a.fail(parseErrorValue(r))
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
			a.fail(parseErrorValue(r))
		default:
			r.Skip()
		}
	}
}

func (a *answer) warn(field, message string) {
	a.response.Warnings = append(a.response.Warnings, request.Warning{Field: field, Message: message})
}

// fail records an error object, if it says anything.
func (a *answer) fail(found *wireError) {
	if found != nil {
		a.failure = found
	}
}

// size is how much has come of the answer, in bytes.
func (a *answer) size() int64 {
	n := a.parts.Size() + len(a.refusal)
	if a.sound != nil {
		n += len(a.sound.Data) + len(a.sound.Transcript)
	}
	return int64(n)
}

// choice takes in the first choice. It reads all fields before it acts, for the index may come last.
func (a *answer) choice(out emit) {
	r := &a.outer
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
			a.fail(parseErrorValue(r))
		default:
			r.Skip()
		}
	}
	if !given || index != 0 {
		return
	}
	a.sawChoice = true
	a.message(message, whole, out)
	a.text(text, out)
	if reason != "" {
		a.response.RawFinishReason, a.finished = reason, true
	}
}

// pieces are the fields of a message, still as text, so that they are taken in the order in which a model produces them
// whatever order the server writes them in.
type pieces struct {
	reasoning, details, content, refusal, calls, function, images, audio []byte
}

// message takes in a whole message, or a delta of one.
func (a *answer) message(text []byte, whole bool, out emit) {
	if len(text) == 0 {
		return
	}
	var p pieces
	r := &a.inner
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
		default:
			r.Skip()
		}
	}
	a.take(&p, whole, out)
}

func (a *answer) take(p *pieces, whole bool, out emit) {
	if !a.details(p.details, out) {
		a.reason(p.reasoning, out)
	}
	a.content(p.content, out)
	if len(p.refusal) > 0 {
		a.value.Reset(p.refusal)
		a.refusal = append(a.refusal, a.value.Text()...)
	}
	a.toolCalls(p.calls, whole, out)
	a.functionCall(p.function, out)
	a.images(p.images, out)
	a.audio(p.audio)
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
