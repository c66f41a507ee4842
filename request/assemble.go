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
	size      int
}

// piece is one part under construction. Text and reasoning are ranges of the joined text of their kind; the others hold
// their part, or the call being built.
type piece struct {
	start, end int
	isText     bool
	signature  string // of a text
	reasoning  *ReasoningPart
	ended      bool // of reasoning: complete
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
	a.size += len(delta)
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
	a.size += len(delta)
	growFirst(&a.reasoning, len(delta))
	a.OpenReasoning()
	s := appendTo(&a.reasoning, delta)
	a.last().end = a.reasoning.Len()
	return s
}

// OpenReasoning returns the reasoning part now being built, a new one if the last piece was something else or is
// complete. The caller may set every field but Text; a Signature or Encrypted completes the part.
func (a *Assembler) OpenReasoning() *ReasoningPart {
	if p := a.last(); p != nil && p.reasoning != nil && !p.ended && p.reasoning.Signature == "" && p.reasoning.Encrypted == "" {
		return p.reasoning
	}
	at := a.reasoning.Len()
	a.pieces = append(a.pieces, piece{start: at, end: at, reasoning: new(ReasoningPart)})
	return a.last().reasoning
}

// maxIndex bounds the memory that a stray index can take.
const maxIndex = 1<<12 - 1

// Call appends to the tool call of the given index, starting it if it is new, and returns the delta. Indexes count from 0
// and are brought into the range up to 4095; a call keeps the place in the answer where its first piece arrived.
func (a *Assembler) Call(index int, id, name string, arguments []byte) ToolCallDelta {
	index = min(max(index, 0), maxIndex)
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
	a.size += len(id) + len(name) + len(arguments)
	return ToolCallDelta{Index: index, ID: id, Name: name, Arguments: appendTo(&c.arguments, arguments)}
}

// SignCall sets the signature of the tool call of the given index, which must have been started.
func (a *Assembler) SignCall(index int, signature string) {
	a.calls[min(max(index, 0), maxIndex)].call.Signature = signature
}

// Arguments returns what has come of the arguments of the tool call of the given index, which must have been started.
func (a *Assembler) Arguments(index int) string { return a.calls[index].arguments.String() }

// SignText sets the signature of the text that came last; text after it is a part of its own.
func (a *Assembler) SignText(signature string) {
	if p := a.last(); p != nil && p.isText {
		p.signature = signature
	}
}

// EndReasoning makes the reasoning that comes next a part of its own.
func (a *Assembler) EndReasoning() {
	if p := a.last(); p != nil {
		p.ended = true
	}
}

// Part appends a part that arrived whole.
func (a *Assembler) Part(p Part) {
	a.pieces = append(a.pieces, piece{part: p})
	switch p := p.(type) {
	case ReasoningPart:
		a.size += len(p.Text) + len(p.Encrypted)
	case ImagePart:
		a.size += len(p.URL) + len(p.Data)
	case AudioPart:
		a.size += len(p.Data) + len(p.Transcript)
	}
}

// Size is how much has been assembled, in bytes.
func (a *Assembler) Size() int { return a.size }

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
		r.Parts = append(r.Parts, TextPart{Text: r.Content[p.start:p.end], Signature: p.signature})
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
	if p := a.last(); p == nil || !p.isText || p.signature != "" {
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
