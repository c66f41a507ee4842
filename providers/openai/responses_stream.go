package openai

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
)

// item is an item of a streamed answer.
type item struct {
	place int64 // in the list of items; -1 if the server does not say
	id    string
	// part is the text within the item that reasoning came for last.
	part int64
	// call is the number of the tool call, -1 if the item is none.
	call int
	// begun: some of its content has come. done: all of it has.
	begun, done bool
}

// update is an event of a stream: its fields, those with content still as JSON.
type update struct {
	kind, id              []byte
	delta, item, response []byte
	failed                bool
	place, part           int64
}

func readUpdate(r *jsontext.Reader) update {
	u := update{place: -1}
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			u.kind = bare(r)
		case "item_id":
			u.id = bare(r)
		case "delta":
			u.delta = r.Raw()
		case "item":
			u.item = r.Raw()
		case "response":
			u.response = r.Raw()
		case "error":
			u.failed = r.Kind() == jsontext.Object
			r.Skip()
		case "output_index":
			if r.Kind() == jsontext.Number {
				u.place = r.Int()
			} else {
				r.Skip()
			}
		case "summary_index", "content_index":
			u.part = r.Int()
		default:
			r.Skip()
		}
	}
	return u
}

// bare is the inside of a string that needs no unescaping: a name.
func bare(r *jsontext.Reader) []byte {
	if r.Kind() != jsontext.String {
		r.Skip()
		return nil
	}
	raw := r.Raw()
	if len(raw) < 2 {
		return nil
	}
	return raw[1 : len(raw)-1]
}

// update takes in an event. Those that repeat what others said, and those about work in progress, are passed over.
func (a *responses) update(u *update, data []byte, out dialect.Emit) (done bool, err error) {
	if u.failed {
		a.Failure = edge.ParseBody(data)
		return false, nil
	}
	switch string(u.kind) {
	case "response.output_text.delta":
		a.find(u).begun = true
		a.TakeText(u.delta, out)
	case "response.refusal.delta":
		a.find(u).begun = true
		a.Refusal = append(a.Refusal, a.Unquoted(u.delta)...)
	case "response.reasoning_summary_text.delta":
		a.thinkOn(u, true, out)
	case "response.reasoning_text.delta", "response.reasoning.delta": // the second is vLLM's older name
		a.thinkOn(u, false, out)
	case "response.function_call_arguments.delta":
		a.argue(u, out)
	case "response.output_text.annotation.added":
		a.warnSources()
	case "response.output_item.added":
		a.begin(u, out)
	case "response.output_item.done":
		a.end(u, out)
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
		return true, a.last(u, out)
	case "error", "response.error":
		a.Failure = edge.ParseBody(data)
	default:
		return false, a.head(u.response)
	}
	return false, nil
}

// head takes what the first events say of the answer.
func (a *responses) head(response []byte) error {
	if len(response) == 0 {
		return nil
	}
	r := &a.Outer
	r.Reset(response)
	for key := range r.Fields() {
		switch string(key) {
		case "status", "output": // nothing yet
			r.Skip()
		default:
			a.field(string(key), nil)
		}
	}
	return r.Err()
}

// maxItems bounds the items of one answer, so that a server can't make the client reserve memory without end.
const maxItems = 4096

// add begins an item.
func (a *responses) add(place int64, id string) *item {
	if len(a.items) == maxItems {
		a.Fail(dialect.TooMany(maxItems, "items in one answer"))
		return &a.items[maxItems-1]
	}
	a.items = append(a.items, item{place: place, id: id, part: -1, call: -1})
	return &a.items[len(a.items)-1]
}

// find is the item that an event belongs to. Some servers give an item a fresh id with each event, others no place.
func (a *responses) find(u *update) *item {
	for i := len(a.items) - 1; i >= 0; i-- {
		if it := &a.items[i]; u.place >= 0 && it.place == u.place || (u.place < 0 || it.place < 0) && it.id == string(u.id) {
			return it
		}
	}
	return a.add(u.place, string(u.id))
}

// begin takes in the first of an item: of a call, its names.
func (a *responses) begin(u *update, out dialect.Emit) {
	p := a.readItem(u.item)
	it := a.add(u.place, p.id)
	if p.kind == "function_call" {
		it.call = a.call(&p, out)
	}
}

// end takes in a whole item: all of it if nothing of it has come, else what only the whole one tells.
func (a *responses) end(u *update, out dialect.Emit) {
	p := a.readItem(u.item)
	u.id = []byte(p.id)
	it := a.find(u)
	switch {
	case it.done:
	case it.begun && p.kind == "reasoning":
		a.encrypted(&p, out)
	case it.begun:
	case it.call >= 0:
		a.arguments(it.call, p.arguments, out)
	default:
		a.take(&p, out)
	}
	it.begun, it.done = true, true
}

// thinkOn takes a piece of readable reasoning, which goes on with the one before it if it is of the same text.
func (a *responses) thinkOn(u *update, summary bool, out dialect.Emit) {
	it := a.find(u)
	if !it.begun || it.part != u.part {
		a.Parts.EndReasoning()
	}
	it.begun, it.part = true, u.part
	a.think(u.delta, it.id, summary, out)
}

func (a *responses) argue(u *update, out dialect.Emit) {
	it := a.find(u)
	if it.call < 0 { // its beginning got lost
		it.call = a.call(&itemPieces{id: it.id}, out)
	}
	it.begun = true
	a.arguments(it.call, u.delta, out)
}
