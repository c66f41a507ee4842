package gemini

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// system joins the system messages, wherever they stand.
func (e *encoder) system() {
	messages := e.call.Req.Messages
	if !hasRole(messages, request.RoleSystem) || !e.Field("systemInstruction") {
		return
	}
	e.Raw(`{"parts":[`)
	for i := range messages {
		if messages[i].Role == request.RoleSystem {
			e.parts(i, &messages[i])
		}
	}
	e.Raw("]}")
}

func hasRole(messages []request.Message, role request.Role) bool {
	for i := range messages {
		if messages[i].Role == role {
			return true
		}
	}
	return false
}

// contents writes the turns. The results of one turn's calls belong into one content, in however many messages they are given.
func (e *encoder) contents() {
	messages := e.call.Req.Messages
	e.Raw("[")
	open := len(e.B)
	for i := 0; i < len(messages); i++ {
		switch messages[i].Role {
		case request.RoleSystem:
		case request.RoleTool:
			last := lastResult(messages, i)
			e.results(i, last)
			i = last
		default:
			e.content(i, &messages[i])
		}
	}
	if len(e.B) == open {
		e.Fault("messages", "no turn for the model to answer; give a user message")
	}
	e.Raw("]")
}

// lastResult is the last of the tool messages that follow one another from message i on.
func lastResult(messages []request.Message, i int) (last int) {
	for ; i < len(messages); i++ {
		switch messages[i].Role {
		case request.RoleTool:
			last = i
		case request.RoleSystem:
		default:
			return last
		}
	}
	return last
}

// content writes a turn, or nothing if there is nothing in it: the API refuses a turn without parts.
func (e *encoder) content(i int, m *request.Message) {
	start := len(e.B)
	e.Comma()
	role := "user"
	if m.Role == request.RoleAssistant {
		role = "model"
	}
	e.Raw("{")
	e.Text("role", role)
	e.Key("parts")
	e.Raw("[")
	open := len(e.B)
	e.parts(i, m)
	if len(e.B) == open {
		e.B = e.B[:start]
		return
	}
	e.Raw("]}")
}

func (e *encoder) parts(i int, m *request.Message) {
	e.WarnIf(m.Name != "", "name", "not sent: the API knows no names of speakers")
	if m.Content != "" {
		e.text(m.Content, "")
	}
	for j, p := range m.Parts {
		e.part(i, j, p)
	}
}

func (e *encoder) part(i, j int, p request.Part) {
	switch p := p.(type) {
	case request.TextPart:
		e.text(p.Text, p.Signature)
	case request.ImagePart:
		e.image(i, j, p)
	case request.FilePart:
		e.file(i, j, p)
	case request.AudioPart:
		e.audio(i, j, p)
	case request.ToolCall:
		e.functionCall(i, j, p)
	case request.ReasoningPart:
		e.thought(p)
	case request.CacheBreakpoint:
		e.warnCache()
	default:
		e.Refuse(i, j, fmt.Sprintf("%T has no place in this API's content", p))
	}
}

func (e *encoder) warnCache() {
	e.Warn("cache_breakpoint", "not sent: the API takes no cache marks; it caches prefixes by itself")
}

func (e *encoder) text(text, signature string) {
	e.Comma()
	e.Raw("{")
	e.Text("text", text)
	e.TextIf("thoughtSignature", signature)
	e.Raw("}")
}

func (e *encoder) thought(p request.ReasoningPart) {
	if p.Format == PartFormat && json.Valid([]byte(p.Encrypted)) {
		e.Comma()
		e.Raw(p.Encrypted)
		return
	}
	if p.Encrypted != "" {
		e.Warn("reasoning", "encrypted reasoning is not sent back: the API has no place for it")
	}
	if p.Text == "" && p.Signature == "" {
		return
	}
	e.Comma()
	e.Raw(`{"thought":true`)
	e.Text("text", p.Text)
	e.TextIf("thoughtSignature", p.Signature)
	e.Raw("}")
}

// noSignature is Google's word for a call that no Gemini made, of which a signature can't be asked.
const noSignature = "skip_thought_signature_validator"

func (e *encoder) functionCall(i, j int, c request.ToolCall) {
	arguments := strings.TrimSpace(c.Arguments)
	switch {
	case arguments == "":
		arguments = "{}"
	case arguments[0] != '{' || !json.Valid([]byte(arguments)):
		e.Refuse(i, j, "the arguments are not a JSON object, which this API demands; repair them")
		return
	}
	signature := c.Signature
	if signature == "" && lacksSignature(e.call.Req.Messages[i].Parts, j) && isModern(e.call.Model) {
		signature = noSignature
	}
	e.Comma()
	e.Raw(`{"functionCall":{`)
	e.Text("name", c.Name)
	e.id(c.ID)
	e.Key("args")
	e.Raw(arguments)
	e.Raw("}")
	e.TextIf("thoughtSignature", signature)
	e.Raw("}")
}

// lacksSignature reports whether the call in part j is the one of its turn that should be signed, and none is: of parallel
// calls only the first has a signature.
func lacksSignature(parts []request.Part, j int) bool {
	for k, p := range parts {
		if c, ok := p.(request.ToolCall); ok && (k < j || c.Signature != "") {
			return false
		}
	}
	return true
}

// id links a call to its result. Vertex AI does so by name and order where it gave no id itself.
func (e *encoder) id(id string) {
	if !e.client.vertex || !strings.HasPrefix(id, dialect.MadeUp) {
		e.Text("id", id)
	}
}
