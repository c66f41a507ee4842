package anthropic

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) message() {
	var m request.Message
	p.Fields(func(key string) {
		switch key {
		case "role":
			p.Text((*string)(&m.Role))
		case "content":
			p.TextOrList(&m.Content, "blocks", func() { p.block(&m.Parts) })
		default:
			p.Unknown(key)
		}
	})
	switch m.Role {
	case request.RoleUser:
		p.noOpaque("content", m.Parts)
		p.Req.Messages = append(p.Req.Messages, splitResults(m)...)
		return
	case request.RoleAssistant, request.RoleSystem, "":
	default:
		p.Fault("role", "%q is unknown; use user or assistant", m.Role)
	}
	p.Req.Messages = append(p.Req.Messages, m)
}

// noOpaque reports what only an assistant message can hold.
func (p *parser) noOpaque(field string, parts []request.Part) {
	for i, part := range parts {
		if _, opaque := part.(request.ReasoningPart); opaque {
			p.Fault(fmt.Sprintf("%s[%d]", field, i), "this type of block is supported in assistant messages only")
		}
	}
}

// splitResults gives the results of tool calls a message of their own, as the vocabulary has it. A cache mark stays with
// the part before it.
func splitResults(m request.Message) []request.Message {
	if m.Content != "" || len(m.Parts) == 0 {
		return []request.Message{m}
	}
	var all []request.Message
	for i, part := range m.Parts {
		role := request.RoleUser
		switch part.(type) {
		case request.ToolResult:
			role = request.RoleTool
		case request.CacheBreakpoint:
			if i > 0 {
				role = all[len(all)-1].Role
			}
		}
		if len(all) == 0 || all[len(all)-1].Role != role {
			all = append(all, request.Message{Role: role})
		}
		last := &all[len(all)-1]
		last.Parts = append(last.Parts, part)
	}
	return all
}

// systemBlock reads a block of the system prompt, which holds texts only.
func (p *parser) systemBlock(to *[]request.Part) {
	before := len(*to)
	p.block(to)
	if len(*to) == before {
		return
	}
	if _, ok := (*to)[before].(request.TextPart); !ok {
		p.Fault("type", "only text can stand here")
		*to = (*to)[:before]
	}
}

// rawBlock is a block while its fields come in.
type rawBlock struct {
	kind, text, title, id, name string
	signature, data             string
	input, citations            []byte
	source                      rawSource
	result                      request.Message // content of a tool result
	isError                     *bool
	mark                        *request.CacheBreakpoint
}

// block reads a block of a message. One of a type that the vocabulary has no name for is kept as it stands.
func (p *parser) block(to *[]request.Part) {
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	var part request.Part
	var b rawBlock
	raw := p.aside(func() {
		if kind := p.TypeAhead(); !isNamed(kind) {
			b.kind = kind
			return
		}
		p.Fields(func(key string) { p.blockField(&b, key) })
	})
	switch {
	case raw == nil:
		return
	case b.kind == "":
		p.Fault("type", "missing; say what the block is")
		return
	case !isNamed(b.kind):
		part = request.ReasoningPart{Encrypted: string(raw), Format: BlockFormat}
	default:
		part = p.part(&b)
	}
	*to = append(*to, part)
	if list := strings.TrimSpace(string(trimBrackets(b.citations))); list != "" {
		*to = append(*to, request.ReasoningPart{Encrypted: string(b.citations), Format: CitationsFormat})
	}
	if b.mark != nil {
		*to = append(*to, *b.mark)
	}
}

// isNamed: the vocabulary has a part for blocks of this type.
func isNamed(kind string) bool {
	switch kind {
	case "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking":
		return true
	}
	return false
}

// cacheMark reads a cache_control object.
func (p *parser) cacheMark() *request.CacheBreakpoint {
	if p.R.Kind() == jsontext.Null {
		p.R.Skip()
		return nil
	}
	mark := new(request.CacheBreakpoint)
	p.Fields(func(key string) {
		if key != "ttl" {
			p.Unknown(key, "type")
			return
		}
		var text string
		p.Text(&text)
		switch text {
		case "5m":
			mark.TTL = 5 * time.Minute
		case "1h":
			mark.TTL = time.Hour
		case "":
		default:
			p.Fault("", "%q is unknown; use 5m or 1h", text)
		}
	})
	return mark
}
