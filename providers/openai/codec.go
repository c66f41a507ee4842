package openai

import (
	"slices"
	"sync"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// codec is what the codecs of both APIs have in common.
type codec struct {
	dialect.Call
	client *Client
	*readers
}

func (c *Client) codec(req *request.Request) codec {
	return codec{Call: c.dialect.NewCall(req), client: c}
}

// readers walk a document, a message in it, and a value of that. They are reused for their memory.
type readers struct {
	outer, inner, value jsontext.Reader
}

var readerPool = sync.Pool{New: func() any { return new(readers) }}

// borrow takes readers for as long as a document is read; giveBack must follow.
func (a *codec) borrow()   { a.readers = readerPool.Get().(*readers) }
func (a *codec) giveBack() { readerPool.Put(a.readers) }

// text takes a JSON string of the answer's text.
func (a *codec) text(raw []byte, out dialect.Emit) {
	a.value.Reset(raw)
	if a.value.Kind() != jsontext.String {
		return
	}
	if s := a.Parts.Text(a.value.Text()); s != "" {
		out.Send(request.Chunk{Content: s})
	}
}

func (a *codec) reason(raw []byte, out dialect.Emit) {
	a.value.Reset(raw)
	if a.value.Kind() != jsontext.String {
		return
	}
	if s := a.Parts.Reason(a.value.Text()); s != "" {
		out.Send(request.Chunk{Reasoning: s})
	}
}

// fail records an error object, if it says anything.
func (a *codec) fail(found *edge.Failure) {
	if found != nil {
		a.Failure = found
	}
}

// usage takes the counts, if the object holds any.
func (a *codec) usage(r *jsontext.Reader) {
	var c counts
	for key := range r.Fields() {
		c.field(string(key), r)
	}
	if !c.seen {
		return
	}
	a.Counted = true
	a.Response.Usage = c.usage()
}

// note warns once for each field.
func (a *codec) note(field, message string) {
	if !slices.ContainsFunc(a.Response.Warnings, func(w request.Warning) bool { return w.Field == field }) {
		a.Warn(field, message)
	}
}

// sources passes over a list of the pages that a text goes back to.
func (a *codec) sources(r *jsontext.Reader) {
	if r.Array() && r.More() {
		a.noteSources()
		for ok := true; ok; ok = r.More() {
			r.Skip()
		}
	}
}

func (a *codec) noteSources() {
	a.note("sources", "left out: the response has no place for the sources of a text")
}
