package gemini

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// part is one part of an answer. Its fields come in any order, so that those with content are kept as text until all are known.
type part struct {
	text, call, inline, file []byte
	thought                  bool
	signature                string
	other                    string // the name of a field that the vocabulary has no name for
}

func (a *generation) part(out dialect.Emit) {
	r := &a.Outer
	start := a.Outer
	var p part
	for key := range r.Fields() {
		switch string(key) {
		case "text":
			p.text = r.Raw()
		case "thought":
			p.thought = r.Bool()
		case "thoughtSignature":
			p.signature = r.String()
		case "functionCall":
			p.call = r.Raw()
		case "inlineData":
			p.inline = r.Raw()
		case "fileData":
			p.file = r.Raw()
		case "videoMetadata", "partMetadata", "mediaResolution", "speechMetadata": // beside content
			r.Skip()
		default:
			p.other = string(key)
			r.Skip()
		}
	}
	if !a.take(&p, out) {
		a.opaque(cmp.Or(p.other, "inlineData"), start.Raw(), out)
	}
}

// take reports whether the part has a place in an answer.
func (a *generation) take(p *part, out dialect.Emit) bool {
	switch {
	case len(p.call) > 0:
		a.call(p, out)
	case len(p.inline) > 0:
		return a.inline(p, out)
	case len(p.file) > 0:
		return a.file(p, out)
	case p.other != "":
		return false
	case p.thought:
		a.reason(p, out)
	default:
		a.text(p, out)
	}
	return true
}

// PartFormat marks a part that the vocabulary has no name for, such as executableCode. It comes as a request.ReasoningPart
// whose Encrypted is the part's JSON, and goes back as it came.
const PartFormat = "gemini.part"

// opaque keeps a part as it is, and says so once for each type.
func (a *generation) opaque(kind string, raw []byte, out dialect.Emit) {
	a.WarnOpaque("parts", kind)
	a.AddPart(request.ReasoningPart{Encrypted: string(raw), Format: PartFormat}, out)
}

// text takes text, and its signature. In a stream the signature of the whole often comes alone, on a part without text; that
// stays a part of its own, because it must go back in the place where it came.
func (a *generation) text(p *part, out dialect.Emit) {
	s := a.AddText(a.Unquoted(p.text), out)
	if p.signature == "" {
		return
	}
	signed := request.TextPart{Signature: p.signature}
	if s != "" {
		a.Parts.SignText(p.signature)
	} else {
		a.Parts.Part(signed)
	}
	out.Send(request.Chunk{Part: signed})
}

func (a *generation) reason(p *part, out dialect.Emit) {
	a.TakeReason(p.text, out)
	if p.signature != "" {
		a.Parts.OpenReasoning().Signature = p.signature
		out.Send(request.Chunk{Part: request.ReasoningPart{Signature: p.signature}})
	}
}
