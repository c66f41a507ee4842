package anthropic

import (
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// system writes all system messages, in order, wherever they stand: the API has one place for them.
func (e *encoder) system() {
	messages := e.call.Req.Messages
	first, n := 0, 0
	for i := range messages {
		if messages[i].Role == request.RoleSystem {
			if n++; n == 1 {
				first = i
			}
		}
	}
	if n == 0 || !e.Field("system") {
		return
	}
	if m := &messages[first]; n == 1 && len(m.Parts) == 0 {
		e.name(m)
		e.String(m.Content)
		return
	}
	e.Raw("[")
	for i := first; i < len(messages); i++ {
		if messages[i].Role == request.RoleSystem {
			e.blocks(i)
		}
	}
	e.Raw("]")
}

// messages writes the turns. Messages of one side that follow each other are one turn: so the results of parallel calls
// stand together, as the API wants them.
func (e *encoder) messages() {
	e.Raw("[")
	for start := 0; start < len(e.call.Req.Messages); {
		end := e.turnEnd(start)
		e.turn(start, end)
		start = end
	}
	e.Raw("]")
}

// side is the API's role for a message; system messages belong to neither.
func side(r request.Role) string {
	switch r {
	case request.RoleAssistant:
		return "assistant"
	case request.RoleSystem:
		return ""
	}
	return "user"
}

// turnEnd returns the index behind the last message of the turn that begins at start.
func (e *encoder) turnEnd(start int) int {
	turn := ""
	for i := start; i < len(e.call.Req.Messages); i++ {
		switch s := side(e.call.Req.Messages[i].Role); {
		case s == "":
		case turn == "":
			turn = s
		case s != turn:
			return i
		}
	}
	return len(e.call.Req.Messages)
}

// turn writes one turn, unless nothing is in it: the API refuses empty ones.
func (e *encoder) turn(start, end int) {
	messages := e.call.Req.Messages
	for start < end && messages[start].Role == request.RoleSystem {
		start++
	}
	if start == end {
		return
	}
	before := len(e.B)
	e.Comma()
	e.Raw("{")
	e.Text("role", side(messages[start].Role))
	e.Key("content")
	if text, ok := onlyText(&messages[start]); ok && end == start+1 {
		e.name(&messages[start])
		e.String(text)
		e.Raw("}")
		return
	}
	e.Raw("[")
	empty := len(e.B)
	for i := start; i < end; i++ {
		if messages[i].Role != request.RoleSystem {
			e.blocks(i)
		}
	}
	if len(e.B) == empty {
		e.B = e.B[:before]
		return
	}
	e.Raw("]}")
}

// onlyText returns the text of a message that holds one text and nothing else.
func onlyText(m *request.Message) (string, bool) {
	switch {
	case len(m.Parts) == 0:
		return m.Content, m.Content != ""
	case len(m.Parts) > 1 || m.Content != "":
		return "", false
	}
	t, ok := m.Parts[0].(request.TextPart)
	return t.Text, ok && t.Text != ""
}

func (e *encoder) name(m *request.Message) {
	e.WarnIf(m.Name != "", "name", "not sent: the provider has no names of speakers")
}

// blocks writes the content of message i.
func (e *encoder) blocks(i int) {
	m := &e.call.Req.Messages[i]
	e.name(m)
	e.text(m.Content)
	for j, p := range m.Parts {
		e.part(i, j, p)
	}
}

func (e *encoder) part(i, j int, p request.Part) {
	switch p := p.(type) {
	case request.TextPart:
		e.text(p.Text)
	case request.ImagePart:
		if e.call.Req.Messages[i].Role == request.RoleAssistant {
			e.Refuse(i, j, "an assistant message of this API holds no images; leave it out")
		}
		e.image(i, j, &p)
	case request.FilePart:
		e.file(i, j, &p)
	case request.ToolCall:
		e.toolUse(&p)
	case request.ToolResult:
		e.toolResult(i, j, &p)
	case request.ReasoningPart:
		e.reasoning(i, j, &p)
	case request.CacheBreakpoint:
		e.markLast(p)
	default:
		e.Refuse(i, j, fmt.Sprintf("%T has no place in this API's content", p))
	}
}

// text writes a text block; an empty one says nothing and is refused by the API.
func (e *encoder) text(s string) {
	if s == "" {
		return
	}
	e.Comma()
	e.Raw(`{"type":"text"`)
	e.Text("text", s)
	e.endBlock()
	e.textEnd = len(e.B)
}

// toolResult writes what a call gave: text alone as a string, anything else as blocks.
func (e *encoder) toolResult(i, j int, result *request.ToolResult) {
	e.Comma()
	e.Raw(`{"type":"tool_result"`)
	e.Text("tool_use_id", wireID(result.CallID))
	if len(result.Parts) == 0 {
		e.TextIf("content", result.Content)
	} else {
		e.Key("content")
		e.Raw("[")
		e.text(result.Content)
		for _, p := range result.Parts {
			e.part(i, j, p)
		}
		e.Raw("]")
	}
	if result.IsError {
		e.Raw(`,"is_error":true`)
	}
	e.endBlock()
}
