package anthropic

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// delta takes in the next piece of a block. Text and thinking count even without a block: what they are shows by itself.
func (a *message) delta(index int64, raw []byte, out dialect.Emit) {
	b := a.openBlock(index)
	if b != nil && b.kind == opaqueBlock {
		before := b.opaque.size()
		b.opaque.add(raw)
		a.hold(b.opaque.size() - before)
		return
	}
	r := &a.Block
	r.Reset(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "text":
			a.TakeText(r.Raw(), out)
		case "thinking":
			a.TakeReason(r.Raw(), out)
		case "partial_json":
			a.partialInput(b, r.Text(), out)
		case "signature":
			a.sign(b, r.Text())
		case "citation":
			a.cite(b, r.Raw())
		default:
			r.Skip()
		}
	}
}

// openBlock finds an open block, the last one first.
func (a *message) openBlock(index int64) *block {
	for i := len(a.open) - 1; i >= 0; i-- {
		if a.open[i].index == index {
			return &a.open[i]
		}
	}
	return nil
}

func (a *message) partialInput(b *block, piece []byte, out dialect.Emit) {
	if b != nil && len(piece) > 0 {
		a.input(b, piece, out)
	}
}

// input takes a piece of a call's input.
func (a *message) input(b *block, piece []byte, out dialect.Emit) {
	switch b.kind {
	case answerBlock:
		b.begun = true
		a.AddText(piece, out)
	case callBlock:
		b.begun = true
		out.Send(request.Chunk{ToolCall: a.Parts.Call(b.call, "", "", piece)})
	}
}

func (a *message) sign(b *block, piece []byte) {
	if b != nil && b.kind == thinkingBlock {
		b.signature = append(b.signature, piece...)
		a.hold(len(piece))
	}
}

func (a *message) cite(b *block, raw []byte) {
	if b != nil && b.kind == textBlock && len(raw) > 0 && raw[0] == '{' {
		before := len(b.citations)
		b.cite(raw)
		a.hold(len(b.citations) - before)
	}
}
