package openai

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *responsesParser) input() {
	if p.R.Kind() == jsontext.String {
		p.Req.Messages = append(p.Req.Messages, request.Message{Role: request.RoleUser, Content: p.R.String()})
		return
	}
	p.Elements(p.item)
}

// item reads one item. Those of one answer become one message again.
func (p *responsesParser) item() {
	switch kind := p.TypeAhead(); kind {
	case "", "message":
		p.messageItem()
	case "reasoning":
		p.reasoningItem()
	case "function_call":
		p.callItem()
	case "function_call_output":
		p.outputItem()
	default:
		p.Fault("type", "%q is not supported; use messages, reasoning, function calls and their outputs", kind)
		p.R.Skip()
	}
}

// place is the message of a role that the next item belongs to: the last one, unless it is another's.
func (p *responsesParser) place(role request.Role) *request.Message {
	if last := len(p.Req.Messages) - 1; last >= 0 && p.Req.Messages[last].Role == role {
		return &p.Req.Messages[last]
	}
	p.Req.Messages = append(p.Req.Messages, request.Message{Role: role})
	return &p.Req.Messages[len(p.Req.Messages)-1]
}

func (p *responsesParser) messageItem() {
	var m request.Message
	p.Fields(func(key string) {
		switch key {
		case "role":
			p.Text((*string)(&m.Role))
		case "content":
			m.Content, m.Parts = p.contents()
		default:
			p.ownField(key)
		}
	})
	if m.Role == "developer" {
		m.Role = request.RoleSystem
	}
	if m.Role == request.RoleAssistant && p.goesOn() {
		last := p.place(m.Role)
		if m.Content != "" {
			last.Parts = append(last.Parts, request.TextPart{Text: m.Content})
		}
		last.Parts = append(last.Parts, m.Parts...)
		return
	}
	p.Req.Messages = append(p.Req.Messages, m)
}

// goesOn: the last message is an answer that has not come to another text. Two texts in a row are two messages.
func (p *responsesParser) goesOn() bool {
	last := len(p.Req.Messages) - 1
	if last < 0 || p.Req.Messages[last].Role != request.RoleAssistant || len(p.Req.Messages[last].Parts) == 0 {
		return false
	}
	parts := p.Req.Messages[last].Parts
	_, text := parts[len(parts)-1].(request.TextPart)
	return !text
}

// ownField passes over what only the provider needs of an item that is sent back.
func (p *responsesParser) ownField(key string) { p.Unknown(key, "type", "id", "status") }

// contents reads text alone, or a list of parts.
func (p *responsesParser) contents() (text string, parts []request.Part) {
	p.TextOrList(&text, "parts", func() {
		if part := p.flatPart(); part != nil {
			parts = append(parts, part)
		}
	})
	return text, parts
}

// flatPart reads a part, whose fields stand beside its type.
func (p *responsesParser) flatPart() request.Part {
	var raw rawPart
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&raw.kind)
		case "text", "refusal":
			p.Text(&raw.text)
		case "image_url":
			p.Text(&raw.url)
		case "detail":
			p.Text(&raw.detail)
		case "file_data", "file_id", "filename", "file_url":
			p.fileField(&raw, key)
		default:
			p.Unknown(key, "annotations", "logprobs") // of an answer that is sent back
		}
	})
	switch raw.kind {
	case "input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal":
		return request.TextPart{Text: raw.text}
	case "input_image":
		image, ok := imageFrom(raw.url, raw.detail)
		if !ok {
			p.Fault("image_url", "no address; give one, or the data as a data URL")
		}
		return image
	case "input_file":
		return p.finishFile(&raw)
	}
	p.Fault("type", "%q is unknown; use input_text, input_image or input_file", raw.kind)
	return nil
}

func (p *responsesParser) callItem() {
	var call request.ToolCall
	p.Fields(func(key string) {
		switch key {
		case "call_id":
			p.Text(&call.ID)
		case "name", "arguments":
			p.callField(&call, key)
		default:
			p.ownField(key)
		}
	})
	m := p.place(request.RoleAssistant)
	m.Parts = append(m.Parts, call)
}

func (p *responsesParser) outputItem() {
	var result request.ToolResult
	p.Fields(func(key string) {
		switch key {
		case "call_id":
			p.Text(&result.CallID)
		case "output":
			result.Content, result.Parts = p.contents()
		default:
			p.ownField(key)
		}
	})
	m := p.place(request.RoleTool)
	m.Parts = append(m.Parts, result)
}

// reasoningItem takes an item apart into its texts and what is encrypted, as they stand in a response.
func (p *responsesParser) reasoningItem() {
	part := request.ReasoningPart{Format: formatResponses}
	var summary, content []request.Part
	p.Fields(func(key string) {
		switch key {
		case "id":
			p.Text(&part.ID)
		case "summary":
			_, summary = p.contents()
		case "content":
			_, content = p.contents()
		case "encrypted_content":
			p.Text(&part.Encrypted)
		default:
			p.ownField(key)
		}
	})
	if part.Encrypted == "" && len(content) == 0 {
		p.Fault("encrypted_content", "is missing: without it the provider would have to remember the item, but nothing is stored")
	}
	m := p.place(request.RoleAssistant)
	for i, p := range append(summary, content...) {
		text, _ := p.(request.TextPart)
		m.Parts = append(m.Parts, request.ReasoningPart{Text: text.Text, Summary: i < len(summary), ID: part.ID, Format: part.Format})
	}
	if part.Encrypted != "" {
		m.Parts = append(m.Parts, part)
	}
}
