package openai

import "github.com/seed63918563/llmgate/request"

// emptySchema stands for a tool without arguments: OpenAI lets the schema be left out, other servers don't.
const emptySchema = `{"type":"object","properties":{}}`

func (e *encoder) tools() {
	r := e.call.req
	if len(r.Tools) == 0 { // OpenAI refuses the fields below without tools
		return
	}
	if e.field("tools") {
		e.buf = append(e.buf, '[')
		for i := range r.Tools {
			e.comma()
			e.tool(&r.Tools[i])
		}
		e.buf = append(e.buf, ']')
	}
	if r.ToolChoice.Mode != "" && e.field("tool_choice") {
		e.toolChoice(r.ToolChoice)
	}
	if r.ParallelToolCalls != nil && e.field("parallel_tool_calls") {
		e.bool(*r.ParallelToolCalls)
	}
}

func (e *encoder) tool(t *request.Tool) {
	e.raw(`{"type":"function","function":{`)
	e.text("name", t.Name)
	if t.Description != "" {
		e.text("description", t.Description)
	}
	e.key("parameters")
	if len(t.Parameters) > 0 {
		e.buf = append(e.buf, t.Parameters...)
	} else {
		e.raw(emptySchema)
	}
	if t.Strict != nil {
		e.key("strict")
		e.bool(*t.Strict)
	}
	e.buf = append(e.buf, '}')
	if t.Cache != nil {
		e.cacheMark(*t.Cache)
	}
	e.buf = append(e.buf, '}')
}

func (e *encoder) toolChoice(c request.ToolChoice) {
	switch c.Mode {
	case request.ToolNamed:
		e.raw(`{"type":"function","function":{`)
		e.text("name", c.Name)
		e.raw(`}}`)
	case request.ToolRequired:
		e.string(e.quirks.requiredChoice())
	default:
		e.string(string(c.Mode))
	}
}

func (e *encoder) toolCalls(parts []request.Part) {
	e.key("tool_calls")
	e.buf = append(e.buf, '[')
	for j, p := range parts {
		if marksCall(parts, j) {
			e.markLast(p.(request.CacheBreakpoint))
		}
		if call, ok := p.(request.ToolCall); ok {
			e.toolCall(&call)
		}
	}
	e.buf = append(e.buf, ']')
}

func (e *encoder) toolCall(call *request.ToolCall) {
	e.comma()
	e.buf = append(e.buf, '{')
	e.text("id", call.ID)
	e.raw(`,"type":"function","function":{`)
	e.text("name", call.Name)
	e.text("arguments", orDefault(call.Arguments, "{}"))
	e.buf = append(e.buf, '}')
	if call.Signature != "" {
		e.raw(`,"extra_content":{"google":{`)
		e.text("thought_signature", call.Signature)
		e.raw(`}}`)
	}
	e.buf = append(e.buf, '}')
}
