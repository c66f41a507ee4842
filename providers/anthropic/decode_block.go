package anthropic

import (
	"bytes"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// maxBlocks bounds the blocks open at once, so that a server can't make the client reserve memory without end.
const maxBlocks = 1024

// block is a part of the answer between its start and its end.
type block struct {
	index int64
	kind  blockKind
	// call is the number of a tool call; begun: some of its input has come; input is what the start held of it.
	call  int
	begun bool
	input []byte
	// The signature of thinking, the citations of a text (a list without its brackets) and a block of another type, as far as
	// they have come.
	signature, citations []byte
	opaque               *opaque
}

type blockKind uint8

const (
	ignored blockKind = iota
	textBlock
	thinkingBlock
	callBlock
	answerBlock // a call whose input is the answer's text
	opaqueBlock
)

// start takes in the start of a block, which is all of it where the answer comes in one piece.
func (a *message) start(index int64, raw []byte, out dialect.Emit) {
	a.endWords(out)
	if len(a.open) == maxBlocks {
		a.Fail(dialect.TooMany(maxBlocks, "blocks open at once"))
		return
	}
	s := a.readStart(raw)
	b := block{index: index}
	switch string(s.kind) {
	case `"text"`:
		b.kind = textBlock
		a.TakeText(s.text, out)
		b.cite(bytes.TrimSpace(trimBrackets(s.citations)))
	case `"thinking"`:
		b.kind, b.signature = thinkingBlock, []byte(s.signature)
		a.Parts.EndReasoning()
		a.TakeReason(s.text, out)
	case `"redacted_thinking"`:
		a.AddPart(request.ReasoningPart{Encrypted: s.data}, out)
	case `"tool_use"`:
		a.startCall(&b, &s, out)
	case "":
	default:
		b.kind, b.opaque = opaqueBlock, &opaque{raw: bytes.Clone(raw)}
		a.WarnOpaque("blocks", strings.Trim(string(s.kind), `"`))
	}
	a.hold(len(b.signature) + len(b.citations) + b.opaque.size())
	a.open = append(a.open, b)
}

// started are the fields of a block's start.
type started struct {
	kind, text, input, citations []byte
	id, name, data, signature    string
}

func (a *message) readStart(raw []byte) (s started) {
	r := &a.Block
	r.Reset(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			s.kind = r.Raw()
		case "text", "thinking":
			s.text = r.Raw()
		case "input":
			s.input = r.Raw()
		case "citations":
			s.citations = r.Raw()
		case "id":
			s.id = r.String()
		case "name":
			s.name = r.String()
		case "data":
			s.data = r.String()
		case "signature":
			s.signature = r.String()
		default:
			r.Skip()
		}
	}
	return s
}

func (a *message) startCall(b *block, s *started, out dialect.Emit) {
	if len(s.input) > 0 && s.input[0] == '{' {
		b.input = bytes.Clone(s.input)
	}
	if a.answerTool != "" && s.name == a.answerTool {
		b.kind = answerBlock
		return
	}
	n, ok := a.BeginCall()
	if !ok {
		return
	}
	b.kind, b.call = callBlock, n
	out.Send(request.Chunk{ToolCall: a.Parts.Call(n, a.CallID(s.id, n), s.name, nil)})
}

// stop ends the block of an index.
func (a *message) stop(index int64, out dialect.Emit) {
	for i := range a.open {
		if a.open[i].index == index {
			b := a.open[i]
			a.open = slices.Delete(a.open, i, i+1)
			a.end(&b, out)
			return
		}
	}
}

// endWords ends texts and thinking that a server left open, for their proof belongs right behind them.
func (a *message) endWords(out dialect.Emit) {
	for i := len(a.open) - 1; i >= 0; i-- {
		if kind := a.open[i].kind; kind == textBlock || kind == thinkingBlock {
			a.stop(a.open[i].index, out)
		}
	}
}

// stopAll ends blocks whose own end a server left out.
func (a *message) stopAll(out dialect.Emit) {
	for len(a.open) > 0 {
		a.stop(a.open[0].index, out)
	}
}

// end hands out what is only known, or only fit to be used, when the block is whole.
func (a *message) end(b *block, out dialect.Emit) {
	a.hold(-len(b.signature) - len(b.citations) - b.opaque.size())
	switch {
	case b.kind == textBlock && len(b.citations) > 0:
		a.AddPart(request.ReasoningPart{Encrypted: "[" + string(b.citations) + "]", Format: CitationsFormat}, out)
	case b.kind == thinkingBlock && len(b.signature) > 0:
		part := a.Parts.OpenReasoning()
		part.Signature = string(b.signature)
		out.Send(request.Chunk{Part: request.ReasoningPart{Signature: part.Signature}})
	case (b.kind == callBlock || b.kind == answerBlock) && !b.begun:
		a.input(b, orEmpty(b.input), out)
	case b.kind == opaqueBlock:
		a.AddPart(request.ReasoningPart{Encrypted: string(b.opaque.whole()), Format: BlockFormat}, out)
	}
}

// orEmpty is the input of a call, which is an object even where nothing stands in it.
func orEmpty(input []byte) []byte {
	if len(input) == 0 {
		return []byte("{}")
	}
	return input
}

// hold counts bytes that were taken in and are in no part yet.
func (a *message) hold(bytes int) { a.Pending += bytes }

// cite appends to the list of citations.
func (b *block) cite(raw []byte) {
	if len(raw) == 0 {
		return
	}
	if len(b.citations) > 0 {
		b.citations = append(b.citations, ',')
	}
	b.citations = append(b.citations, raw...)
}

// trimBrackets takes the brackets off a list; what is no list is none.
func trimBrackets(raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '[' {
		return nil
	}
	return raw[1 : len(raw)-1]
}
