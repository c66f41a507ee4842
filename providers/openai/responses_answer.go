package openai

import (
	"cmp"
	"encoding/base64"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// field takes in a field of a response.
func (a *responses) field(key string, out dialect.Emit) {
	r, resp := &a.Outer, a.Response
	switch key {
	case "id":
		r.Once(&resp.ID)
	case "model":
		r.Once(&resp.Model)
	case "service_tier":
		if tier := r.String(); tier != "auto" { // what was asked for, until it is known what was given
			resp.ServiceTier = tier
		}
	case "created_at":
		a.created(r)
	case "status":
		a.status, a.Begun = r.String(), true
	case "incomplete_details":
		for key := range r.Fields() {
			if string(key) == "reason" {
				a.why = r.String()
			} else {
				r.Skip()
			}
		}
	case "error":
		a.Fail(edge.ParseValue(r))
	case "output":
		a.output(r, out)
	case "usage":
		a.usage(r)
	default:
		r.Skip()
	}
}

func (a *responses) output(r *jsontext.Reader, out dialect.Emit) {
	if !r.Array() {
		return
	}
	a.Begun = true
	for r.More() {
		p := a.readItem(r.Raw())
		a.take(&p, out)
	}
}

// itemPieces are the fields of an item, those with text in them still as JSON.
type itemPieces struct {
	kind, id, callID, name              string
	content, summary, arguments, result []byte
	encrypted                           string
}

func (a *responses) readItem(text []byte) (p itemPieces) {
	r := &a.Inner
	r.Reset(text)
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			p.kind = r.String()
		case "id":
			p.id = r.String()
		case "call_id":
			p.callID = r.String()
		case "name":
			p.name = r.String()
		case "content":
			p.content = r.Raw()
		case "summary":
			p.summary = r.Raw()
		case "arguments":
			p.arguments = r.Raw()
		case "encrypted_content":
			p.encrypted = r.String()
		case "result":
			p.result = r.Raw()
		default:
			r.Skip()
		}
	}
	return p
}

// take takes in an item of which nothing has come yet.
func (a *responses) take(p *itemPieces, out dialect.Emit) {
	switch p.kind {
	case "message", "":
		a.contents(p.content, out)
	case "reasoning":
		a.thoughts(p.summary, p.id, true, out)
		a.thoughts(p.content, p.id, false, out)
		a.encrypted(p, out)
	case "function_call":
		n := a.call(p, out)
		a.arguments(n, p.arguments, out)
	case "image_generation_call":
		a.count(p.kind)
		a.image(p.result, out)
	default:
		a.count(p.kind)
		a.Warn("output."+p.kind, "left out: the response has no place for such an item")
	}
}

// count counts an item that the provider worked for on its own, which it may bill by use.
func (a *responses) count(kind string) {
	if !strings.HasSuffix(kind, "_call") {
		return
	}
	if a.units == nil {
		a.units = map[string]int{}
	}
	a.units[kind]++
}

// contents takes the parts of a message.
func (a *responses) contents(raw []byte, out dialect.Emit) {
	r := &a.Inner
	r.Reset(raw)
	if r.Kind() != jsontext.Array {
		a.TakeText(raw, out)
		return
	}
	for r.Array(); r.More(); {
		for key := range r.Fields() {
			switch string(key) {
			case "text":
				a.TakeText(r.Raw(), out)
			case "refusal":
				a.Refusal = append(a.Refusal, r.Text()...)
			case "annotations":
				a.sources(r)
			default:
				r.Skip()
			}
		}
	}
}

// thoughts takes the readable texts of a reasoning item, each as a part of its own, so that they can go back as they were.
func (a *responses) thoughts(raw []byte, id string, summary bool, out dialect.Emit) {
	r := &a.Inner
	r.Reset(raw)
	if len(raw) == 0 || !r.Array() {
		return
	}
	for r.More() {
		a.Parts.EndReasoning()
		for key := range r.Fields() {
			if string(key) == "text" {
				a.think(r.Raw(), id, summary, out)
			} else {
				r.Skip()
			}
		}
	}
}

// think takes a JSON string of readable reasoning.
func (a *responses) think(raw []byte, id string, summary bool, out dialect.Emit) {
	text := a.Unquoted(raw)
	if len(text) == 0 {
		return
	}
	if part := a.Parts.OpenReasoning(); part.Format == "" {
		part.ID, part.Format, part.Summary = id, formatResponses, summary
	}
	a.AddReason(text, out)
}

// encrypted takes the opaque reasoning of an item, which stands behind its readable texts as a part of its own.
func (a *responses) encrypted(p *itemPieces, out dialect.Emit) {
	if p.encrypted == "" {
		return
	}
	a.AddPart(request.ReasoningPart{Encrypted: p.encrypted, ID: p.id, Format: formatResponses}, out)
}

func (a *responses) image(raw []byte, out dialect.Emit) {
	if data, err := base64.StdEncoding.DecodeString(string(a.Unquoted(raw))); err == nil && len(data) > 0 {
		a.AddPart(request.ImagePart{Data: data}, out)
	}
}

// call begins a tool call and returns its number, -1 if the answer may have no more.
func (a *responses) call(p *itemPieces, out dialect.Emit) int {
	n, ok := a.BeginCall()
	if ok {
		id := a.CallID(cmp.Or(p.callID, p.id), n)
		out.Send(request.Chunk{ToolCall: a.Parts.Call(n, id, p.name, nil)})
	}
	return n
}

// arguments takes a call's arguments: a JSON string, or at some servers the object itself.
func (a *responses) arguments(n int, raw []byte, out dialect.Emit) {
	if n < 0 {
		return
	}
	a.Value.Reset(raw)
	text := raw
	if a.Value.Kind() != jsontext.Object {
		text = a.Value.Text()
	}
	if delta := a.Parts.Call(n, "", "", text); !delta.IsZero() {
		out.Send(request.Chunk{ToolCall: delta})
	}
}
