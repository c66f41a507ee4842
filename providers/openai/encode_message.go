package openai

import (
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (e *encoder) messages() {
	e.Raw("[")
	for i := range e.call.Req.Messages {
		m := &e.call.Req.Messages[i]
		switch m.Role {
		case request.RoleTool:
			e.toolMessages(i, m)
		case request.RoleAssistant:
			e.assistant(i, m)
		default:
			e.open(m)
			e.content(i, m)
			e.Raw("}")
		}
	}
	e.Raw("]")
}

func (e *encoder) open(m *request.Message) {
	e.Comma()
	e.Raw("{")
	e.Text("role", string(m.Role))
	if m.Name != "" {
		e.Text("name", m.Name)
	}
}

// content writes text alone as a string, which every server takes, and anything else as a list of parts.
func (e *encoder) content(i int, m *request.Message) {
	e.Key("content")
	if !e.needsList(m.Parts) {
		e.plain(m)
		return
	}
	e.Raw("[")
	if m.Content != "" {
		e.textPart(m.Content)
	}
	for j, p := range m.Parts {
		if !marksCall(m.Parts, j) {
			e.part(i, j, p)
		}
	}
	e.Raw("]")
}

// needsList reports whether there is anything but text that has a place in content.
func (e *encoder) needsList(parts []request.Part) bool {
	for j, p := range parts {
		switch p.(type) {
		case request.TextPart, request.ToolCall:
		case request.ReasoningPart:
			if e.quirks.ReasoningBack == ReasoningContent {
				return true
			}
		case request.CacheBreakpoint:
			switch {
			case !e.quirks.CacheControl:
				e.warnCache()
			case !marksCall(parts, j):
				return true
			}
		default:
			return true
		}
	}
	return false
}

// plain writes all text of a message as one string.
func (e *encoder) plain(m *request.Message) {
	e.Raw(`"`)
	e.B = jsontext.AppendEscaped(e.B, m.Content)
	for _, p := range m.Parts {
		if t, ok := p.(request.TextPart); ok {
			e.B = jsontext.AppendEscaped(e.B, t.Text)
		}
	}
	e.Raw(`"`)
}

func (e *encoder) textPart(s string) {
	e.Comma()
	e.Raw(`{"type":"text"`)
	e.Text("text", s)
	e.Raw("}")
}

func (e *encoder) part(i, j int, p request.Part) {
	switch p := p.(type) {
	case request.TextPart:
		e.textPart(p.Text)
	case request.ImagePart:
		e.image(i, j, p)
	case request.FilePart:
		e.file(i, j, p)
	case request.AudioPart:
		e.audio(i, j, p)
	case request.ReasoningPart:
		e.thinkingPart(p)
	case request.CacheBreakpoint:
		e.markLast(p)
	case request.ToolCall: // has a field of its own
	default:
		e.Refuse(i, j, fmt.Sprintf("%T has no place in this API's content", p))
	}
}

// assistant writes an earlier answer: text, tool calls, and reasoning where the provider wants it back.
func (e *encoder) assistant(i int, m *request.Message) {
	e.open(m)
	calls := 0
	for j, p := range m.Parts {
		switch p.(type) {
		case request.ToolCall:
			calls++
		case request.ImagePart, request.AudioPart:
			e.Refuse(i, j, "an assistant message of this API holds text only; leave it out")
			return
		}
	}
	if calls == 0 || e.hasContent(m) {
		e.content(i, m)
	} else {
		e.Raw(`,"content":null`)
	}
	e.reasoningBack(m)
	if calls > 0 {
		e.toolCalls(m.Parts)
	}
	e.Raw("}")
}

func (e *encoder) hasContent(m *request.Message) bool {
	for _, p := range m.Parts {
		switch p.(type) {
		case request.TextPart:
			return true
		case request.ReasoningPart:
			if e.quirks.ReasoningBack == ReasoningContent {
				return true
			}
		}
	}
	return m.Content != ""
}

// toolMessages writes one message for each result, as the API wants them.
func (e *encoder) toolMessages(i int, m *request.Message) {
	for j, p := range m.Parts {
		result, ok := p.(request.ToolResult)
		if !ok { // a cache mark after a result
			if mark, ok := p.(request.CacheBreakpoint); ok {
				e.markLast(mark)
			}
			continue
		}
		e.Comma()
		e.Raw(`{"role":"tool"`)
		e.Text("tool_call_id", result.CallID)
		e.Key("content")
		e.result(i, j, &result)
		e.Raw("}")
	}
}

// result writes the text of a tool result. The API has no error flag, so a failure is said in words the model reads.
func (e *encoder) result(i, j int, result *request.ToolResult) {
	content := request.Message{Content: result.Content, Parts: result.Parts}
	text := content.Text()
	for _, p := range result.Parts {
		switch p := p.(type) {
		case request.TextPart:
		case request.CacheBreakpoint:
			e.warnCache()
		default:
			e.Refuse(i, j, fmt.Sprintf("%T in a tool result: this API takes text only; send it in a user message", p))
		}
	}
	e.String(sayFailure(result, text))
}

// sayFailure begins the text of a failed result with a word that says so, unless it does already.
func sayFailure(result *request.ToolResult, text string) string {
	if !result.IsError || startsWithError(text) {
		return text
	}
	return "Error: " + text
}

func startsWithError(text string) bool {
	const word = "error"
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}
