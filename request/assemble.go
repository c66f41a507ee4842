package request

import "strings"

// Assembler joins the pieces of a streamed answer into the parts of a Response. It is for writers of Clients; the zero
// value is ready, and it is not safe for concurrent use. The methods that take a delta return it as a string that shares
// the assembled text's memory, so that a stream of many small pieces costs few allocations.
type Assembler struct {
	text      strings.Builder
	reasoning strings.Builder
	pieces    []piece
	calls     []*callPiece
}

// piece is one part under construction. Text and reasoning are ranges of the joined text of their kind; the others hold
// their part, or the call being built.
type piece struct {
	start, end int
	isText     bool
	reasoning  *ReasoningPart
	call       *callPiece
	part       Part
}

type callPiece struct {
	call      ToolCall
	arguments strings.Builder
}

// firstGrowth spares a streamed answer the first doublings of its buffer.
const firstGrowth = 512

func growFirst(b *strings.Builder, delta int) {
	if b.Cap() == 0 && delta < firstGrowth {
		b.Grow(firstGrowth)
	}
}

// Text appends to the text of the answer.
func (a *Assembler) Text(delta []byte) string {
	if len(delta) == 0 {
		return ""
	}
	growFirst(&a.text, len(delta))
	a.openText()
	s := appendTo(&a.text, delta)
	a.last().end = a.text.Len()
	return s
}

// Reason appends to the readable reasoning.
func (a *Assembler) Reason(delta []byte) string {
	if len(delta) == 0 {
		return ""
	}
	growFirst(&a.reasoning, len(delta))
	a.OpenReasoning()
	s := appendTo(&a.reasoning, delta)
	a.last().end = a.reasoning.Len()
	return s
}

// OpenReasoning returns the reasoning part now being built, a new one if the last piece was something else or is
// complete. The caller may set every field but Text; a Signature or Encrypted completes the part.
func (a *Assembler) OpenReasoning() *ReasoningPart {
	if p := a.last(); p != nil && p.reasoning != nil && p.reasoning.Signature == "" && p.reasoning.Encrypted == "" {
		return p.reasoning
	}
	at := a.reasoning.Len()
	a.pieces = append(a.pieces, piece{start: at, end: at, reasoning: new(ReasoningPart)})
	return a.last().reasoning
}

// Call appends to the tool call of the given index, starting it if it is new, and returns the delta. Indexes are small
// and count from 0; a call keeps the place in the answer where its first piece arrived.
func (a *Assembler) Call(index int, id, name string, arguments []byte) ToolCallDelta {
	for len(a.calls) <= index {
		a.calls = append(a.calls, nil)
	}
	c := a.calls[index]
	if c == nil {
		c = new(callPiece)
		a.calls[index] = c
		a.pieces = append(a.pieces, piece{call: c})
	}
	if c.call.ID == "" {
		c.call.ID = id
	}
	if c.call.Name == "" {
		c.call.Name = name
	}
	return ToolCallDelta{Index: index, ID: id, Name: name, Arguments: appendTo(&c.arguments, arguments)}
}

// SignCall sets the signature of the tool call of the given index, which must have been started.
func (a *Assembler) SignCall(index int, signature string) { a.calls[index].call.Signature = signature }

// Part appends a part that arrived whole.
func (a *Assembler) Part(p Part) { a.pieces = append(a.pieces, piece{part: p}) }

// Add appends whatever deltas a chunk carries.
func (a *Assembler) Add(c Chunk) {
	a.Text([]byte(c.Content))
	a.Reason([]byte(c.Reasoning))
	if d := c.ToolCall; !d.IsZero() {
		a.Call(d.Index, d.ID, d.Name, []byte(d.Arguments))
		if d.Signature != "" {
			a.SignCall(d.Index, d.Signature)
		}
	}
	switch p := c.Part.(type) {
	case nil:
	case ReasoningPart:
		a.addReasoning(p)
	default:
		a.Part(p)
	}
}

// addReasoning completes the open reasoning with a part that only carries its proof, and appends any other.
func (a *Assembler) addReasoning(p ReasoningPart) {
	if p.Text != "" || p.Encrypted != "" {
		a.Part(p)
		return
	}
	*a.OpenReasoning() = p
}

// Fill sets Content, Parts, ToolCalls and Reasoning of r to what has been assembled. The Assembler may go on after it.
func (a *Assembler) Fill(r *Response) {
	r.Content, r.Reasoning = a.text.String(), a.reasoning.String()
	r.Parts, r.ToolCalls = nil, nil
	if len(a.pieces) == 0 {
		return
	}
	r.Parts = make([]Part, 0, len(a.pieces))
	for i := range a.pieces {
		a.fillPiece(r, &a.pieces[i])
	}
}

func (a *Assembler) fillPiece(r *Response, p *piece) {
	switch {
	case p.isText:
		r.Parts = append(r.Parts, TextPart{Text: r.Content[p.start:p.end]})
	case p.reasoning != nil:
		part := *p.reasoning
		part.Text = a.reasoning.String()[p.start:p.end]
		r.Parts = append(r.Parts, part)
	case p.call != nil:
		call := p.call.call
		call.Arguments = p.call.arguments.String()
		r.Parts = append(r.Parts, call)
		r.ToolCalls = append(r.ToolCalls, call)
	default:
		r.Parts = append(r.Parts, p.part)
		if whole, ok := p.part.(ReasoningPart); ok {
			r.Reasoning += whole.Text
		}
	}
}

func (a *Assembler) openText() {
	if p := a.last(); p == nil || !p.isText {
		at := a.text.Len()
		a.pieces = append(a.pieces, piece{isText: true, start: at, end: at})
	}
}

func (a *Assembler) last() *piece {
	if len(a.pieces) == 0 {
		return nil
	}
	return &a.pieces[len(a.pieces)-1]
}

func appendTo(b *strings.Builder, delta []byte) string {
	b.Write(delta)
	s := b.String()
	return s[len(s)-len(delta):]
}
