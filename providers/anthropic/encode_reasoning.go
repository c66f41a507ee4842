package anthropic

import (
	"encoding/json"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Formats of opaque parts. The Encrypted of a request.ReasoningPart with such a Format is JSON of this API, and no
// reasoning: it is kept there because, like reasoning, it must go back unchanged and in its place.
const (
	// BlockFormat marks a block that the vocabulary has no name for, such as the calls and results of tools that run at the
	// provider. Encrypted is the block.
	BlockFormat = "anthropic.block"
	// CitationsFormat marks the sources of the text before it. Encrypted is the list of citations.
	CitationsFormat = "anthropic.citations"
)

// reasoning returns thinking in its place. The API takes only what it has signed.
func (e *encoder) reasoning(i, j int, p *request.ReasoningPart) {
	switch {
	case p.Format == BlockFormat:
		if !isObject(p.Encrypted) {
			e.Refuse(i, j, "the opaque block is no JSON object; give it back as it came")
			return
		}
		e.Comma()
		e.Raw(p.Encrypted)
	case p.Format == CitationsFormat:
		e.citations(i, j, p.Encrypted)
	case p.Format != "" && !strings.HasPrefix(p.Format, "anthropic"):
		e.Warn("reasoning", "not sent back: it comes from another provider")
	case p.Encrypted != "":
		e.Comma()
		e.Raw(`{"type":"redacted_thinking"`)
		e.Text("data", p.Encrypted)
		e.Raw("}")
	case p.Signature == "":
		e.Warn("reasoning", "not sent back: it has no signature, which the provider demands")
	default:
		e.Comma()
		e.Raw(`{"type":"thinking"`)
		e.Text("thinking", p.Text)
		e.Text("signature", p.Signature)
		e.Raw("}")
	}
}

// citations go into the text block that was written last.
func (e *encoder) citations(i, j int, list string) {
	switch {
	case !json.Valid([]byte(list)):
		e.Refuse(i, j, "the citations are no JSON; give them back as they came")
	case e.textEnd != len(e.B):
		e.Warn("citations", "not sent back: the text that they belong to does not stand before them")
	default:
		e.B = e.B[:len(e.B)-1]
		e.Key("citations")
		e.Raw(list)
		e.endBlock()
	}
}
