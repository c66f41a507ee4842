package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// detail is one element of reasoning_details.
type detail struct {
	kind, text, signature, data, id, format string
	index                                   int64
}

// continues reports whether the detail goes on with the part that another belongs to.
func (d *detail) continues(before *detail) bool {
	return before != nil && d.index == before.index && (d.id == "" || before.id == "" || d.id == before.id) &&
		(d.kind == "reasoning.summary") == (before.kind == "reasoning.summary")
}

// details takes the typed reasoning of OpenRouter and Vercel. It reports whether it held readable text, which the plain
// reasoning field then only repeats.
func (a *chat) details(raw []byte, out dialect.Emit) (readable bool) {
	if len(raw) == 0 {
		return false
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	if !r.Array() {
		return false
	}
	for r.More() {
		d := readDetail(r)
		readable = readable || d.text != ""
		a.takeDetail(d, out)
	}
	return readable
}

func readDetail(r *jsontext.Reader) (d detail) {
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			d.kind = r.String()
		case "text", "summary":
			d.text += r.String()
		case "signature":
			d.signature = r.String()
		case "data":
			d.data = r.String()
		case "id":
			d.id = r.String()
		case "format":
			d.format = r.String()
		case "index":
			d.index = r.Int()
		default:
			r.Skip()
		}
	}
	return d
}

func (a *chat) takeDetail(d detail, out dialect.Emit) {
	if d.data != "" {
		a.AddPart(request.ReasoningPart{Encrypted: d.data, ID: d.id, Format: d.format}, out)
		return
	}
	if d.text == "" && d.signature == "" {
		return
	}
	if !d.continues(a.detail) {
		a.Parts.EndReasoning()
	}
	a.detail = &d
	part := a.Parts.OpenReasoning()
	part.Summary = part.Summary || d.kind == "reasoning.summary"
	part.ID = cmp.Or(part.ID, d.id)
	part.Format = cmp.Or(part.Format, d.format)
	a.AddReason([]byte(d.text), out)
	if d.signature == "" {
		return
	}
	part = a.Parts.OpenReasoning()
	part.Signature = d.signature
	out.Send(request.Chunk{Part: request.ReasoningPart{Signature: d.signature, ID: part.ID, Format: part.Format, Summary: part.Summary}})
}
