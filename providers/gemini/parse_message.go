package gemini

import (
	"slices"
	"strconv"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// turn is a content while its fields come in, in any order.
type turn struct {
	role  string
	parts []request.Part
}

func (p *parser) turn() (t turn) {
	p.Fields(func(key string) {
		switch key {
		case "role":
			p.Text(&t.role)
		case "parts":
			if p.R.Kind() == jsontext.Object { // a single one may stand without the list
				p.part(&t)
				return
			}
			p.Elements(func() { p.part(&t) })
		default:
			p.Unknown(key)
		}
	})
	return t
}

// content makes one message of a turn, or two where results of tools stand beside something else.
func (p *parser) content() {
	t := p.turn()
	role := request.RoleUser
	switch t.role {
	case "", "user", "function", "tool":
	case "model":
		role = request.RoleAssistant
	default:
		p.Fault("role", "%q is unknown; use user or model", t.role)
	}
	var results, rest []request.Part
	for _, part := range t.parts {
		if result, ok := part.(request.ToolResult); ok {
			results = append(results, p.linked(result))
			continue
		}
		if _, ok := part.(request.ReasoningPart); ok && role == request.RoleUser {
			p.Fault("parts", "thoughts and what built-in tools did can stand in a turn of the model only")
			continue
		}
		rest = append(rest, part)
	}
	if len(results) > 0 {
		p.Req.Messages = append(p.Req.Messages, request.Message{Role: request.RoleTool, Parts: results})
	}
	if len(rest) > 0 {
		p.Req.Messages = append(p.Req.Messages, message(role, rest))
	}
}

// message puts text that comes first into Content.
func message(role request.Role, parts []request.Part) request.Message {
	m := request.Message{Role: role, Parts: parts}
	if t, ok := parts[0].(request.TextPart); ok && t.Signature == "" && t.Text != "" {
		m.Content, m.Parts = t.Text, parts[1:]
	}
	if len(m.Parts) == 0 {
		m.Parts = nil
	}
	return m
}

// linked completes the id of a result with that of the first open call of its name.
func (p *parser) linked(result request.ToolResult) request.ToolResult {
	for i, call := range p.open {
		if result.CallID == call.ID || result.CallID == "" && result.Name == call.Name {
			p.open = slices.Delete(p.open, i, i+1)
			result.CallID = call.ID
			if result.Name == call.Name {
				result.Name = "" // said by the call
			}
			return result
		}
	}
	if result.CallID == "" {
		p.Fault("parts", "functionResponse %q answers no functionCall before it", result.Name)
	}
	return result
}

// rawPart is a part while its fields come in.
type rawPart struct {
	text      *string
	call      *request.ToolCall
	result    *request.ToolResult
	media     *blob
	thought   *bool
	signature string
	detail    string
	opaque    bool
}

func (p *parser) part(t *turn) {
	whole := p.Ahead()
	var raw rawPart
	p.Fields(func(key string) { p.partField(&raw, camel(key)) })
	part := raw.part()
	_, isImage := part.(request.ImagePart)
	switch {
	case raw.opaque:
		t.parts = append(t.parts, request.ReasoningPart{Encrypted: compact(whole), Format: PartFormat})
	case raw.detail != "" && !isImage:
		p.Fault("mediaResolution", "is supported for images only; remove it")
	case raw.signature != "" && (raw.result != nil || raw.media != nil && !isImage):
		p.Fault("thoughtSignature", "can't stand here; remove it")
	case part == nil:
		p.Fault("", "no content; give text")
	default:
		t.parts = append(t.parts, part)
	}
}

func (p *parser) partField(raw *rawPart, key string) {
	switch key {
	case "text":
		raw.text = new(string)
		p.Text(raw.text)
	case "thought":
		p.Truth(&raw.thought)
	case "thoughtSignature":
		p.Text(&raw.signature)
	case "functionCall":
		raw.call = p.functionCall()
	case "functionResponse":
		raw.result = p.functionResponse()
	case "inlineData", "fileData":
		raw.media = p.blob()
	case "mediaResolution":
		raw.detail = p.resolution()
	default:
		raw.opaque = raw.opaque || p.R.Kind() != jsontext.Null
		p.R.Skip()
	}
}

func (raw *rawPart) part() request.Part {
	thought := raw.thought != nil && *raw.thought
	switch {
	case raw.call != nil:
		raw.call.Signature = raw.signature
		return *raw.call
	case raw.result != nil:
		return *raw.result
	case raw.media != nil:
		return raw.media.part(raw.signature, raw.detail)
	case raw.text == nil && raw.signature == "":
		return nil
	}
	var text string
	if raw.text != nil {
		text = *raw.text
	}
	if thought {
		return request.ReasoningPart{Text: text, Signature: raw.signature}
	}
	return request.TextPart{Text: text, Signature: raw.signature}
}

func (p *parser) functionCall() *request.ToolCall {
	call := request.ToolCall{Arguments: "{}"}
	p.Fields(func(key string) {
		switch key {
		case "id":
			p.Text(&call.ID)
		case "name":
			p.Text(&call.Name)
		case "args":
			if p.Expect(jsontext.Object, "an object") {
				call.Arguments = compact(p.R.Raw())
			}
		default:
			p.Unknown(key)
		}
	})
	if call.ID == "" {
		call.ID = dialect.MadeUp + strconv.Itoa(p.calls)
	}
	p.calls++
	p.open = append(p.open, call)
	return &call
}
