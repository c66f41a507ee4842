package openai

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// formatResponses marks the reasoning that this API gave and will understand when it comes back.
const formatResponses = "openai-responses-v1"

func (e *responsesEncoder) input() {
	e.Raw("[")
	for i := range e.call.Req.Messages {
		m := &e.call.Req.Messages[i]
		e.WarnIf(m.Name != "", "name", "not sent: the API has no names of speakers")
		switch m.Role {
		case request.RoleTool:
			e.results(i, m)
		case request.RoleAssistant:
			e.assistant(i, m)
		case request.RoleSystem:
			e.message(i, m, e.systemRole())
		default:
			e.message(i, m, string(m.Role))
		}
	}
	e.Raw("]")
}

// systemRole is the word for the one who gives orders, which models that think have another for.
func (e *responsesEncoder) systemRole() string {
	if e.reasons {
		return "developer"
	}
	return "system"
}

func (e *responsesEncoder) message(i int, m *request.Message, role string) {
	e.Comma()
	e.Raw("{")
	e.Text("role", role)
	e.Key("content")
	if len(m.Parts) == 0 {
		e.String(m.Content)
	} else {
		e.content(i, -1, m.Content, m.Parts)
	}
	e.Raw("}")
}

// content writes a list of parts. In a tool result, result is the place of the part that they stand in, else -1.
func (e *responsesEncoder) content(i, result int, text string, parts []request.Part) {
	e.Raw("[")
	if text != "" {
		e.textPart("input_text", text)
	}
	for j, p := range parts {
		at := j
		if result >= 0 {
			at = result
		}
		e.part(i, at, p)
	}
	e.Raw("]")
}

func (e *responsesEncoder) textPart(kind, text string) {
	e.Comma()
	e.Raw("{")
	e.Text("type", kind)
	e.Text("text", text)
	e.Raw("}")
}

func (e *responsesEncoder) part(i, j int, p request.Part) {
	switch p := p.(type) {
	case request.TextPart:
		e.textPart("input_text", p.Text)
	case request.ImagePart:
		e.Comma()
		e.Raw(`{"type":"input_image","image_url":`)
		writeURLOrData(e.Encoder, i, j, p.URL, p.MediaType, p.Data, "image/")
		e.TextIf("detail", p.Detail)
		e.Raw("}")
	case request.FilePart:
		e.file(i, j, p)
	case request.CacheBreakpoint:
		e.warnCache()
	default:
		e.Refuse(i, j, fmt.Sprintf("%T has no place in this API's input; send text, images or files", p))
	}
}

func (e *responsesEncoder) file(i, j int, p request.FilePart) {
	e.Comma()
	e.Raw(`{"type":"input_file"`)
	switch {
	case p.ID != "":
		e.Text("file_id", p.ID)
	case p.URL != "":
		e.Text("file_url", p.URL)
	default:
		e.Text("filename", cmp.Or(p.Name, "file"))
		e.Key("file_data")
		writeURLOrData(e.Encoder, i, j, "", p.MediaType, p.Data, "")
	}
	e.Raw("}")
}

// assistant writes an earlier answer item by item, in the order in which the model gave it.
func (e *responsesEncoder) assistant(i int, m *request.Message) {
	rest := m.Parts
	if m.Content != "" || len(rest) == 0 {
		rest = e.said(m.Content, rest)
	}
	for len(rest) > 0 {
		switch p := rest[0].(type) {
		case request.TextPart:
			rest = e.said("", rest)
			continue
		case request.ReasoningPart:
			rest = e.thought(p, rest)
			continue
		case request.ToolCall:
			e.called(p)
		case request.CacheBreakpoint:
			e.warnCache()
		default:
			e.Refuse(i, len(m.Parts)-len(rest), fmt.Sprintf("%T has no place in an earlier answer of this API; leave it out", p))
		}
		rest = rest[1:]
	}
}

// said writes text, and the text parts that follow, as one message. It returns the other parts.
func (e *responsesEncoder) said(text string, parts []request.Part) (rest []request.Part) {
	n := lead(parts, func(p request.Part) bool { _, ok := p.(request.TextPart); return ok })
	e.Comma()
	e.Raw(`{"role":"assistant","content":`)
	if n == 0 {
		e.String(text)
	} else {
		e.Raw("[")
		if text != "" {
			e.textPart("output_text", text)
		}
		for _, p := range parts[:n] {
			e.textPart("output_text", p.(request.TextPart).Text)
		}
		e.Raw("]")
	}
	e.Raw("}")
	return parts[n:]
}

// lead counts the parts at the beginning for which is holds.
func lead(parts []request.Part, is func(request.Part) bool) int {
	if n := slices.IndexFunc(parts, func(p request.Part) bool { return !is(p) }); n >= 0 {
		return n
	}
	return len(parts)
}

func (e *responsesEncoder) called(call request.ToolCall) {
	e.WarnIf(call.Signature != "", "reasoning", "not sent: the signature of a tool call is another provider's")
	e.Comma()
	e.Raw(`{"type":"function_call"`)
	e.Text("call_id", call.ID)
	e.Text("name", call.Name)
	e.Text("arguments", cmp.Or(call.Arguments, "{}"))
	e.Raw("}")
}

// thought writes an item of reasoning out of the parts that it was taken apart into. It returns the other parts. An item
// that is not this API's own, or that it does not know without its encrypted content, would be refused.
func (e *responsesEncoder) thought(first request.ReasoningPart, parts []request.Part) (rest []request.Part) {
	var item thoughts
	n := lead(parts, func(p request.Part) bool {
		r, ok := p.(request.ReasoningPart)
		return ok && r.ID == first.ID && r.Format == first.Format && item.add(r)
	})
	if first.Format != formatResponses || item.encrypted == "" && len(item.content) == 0 {
		e.Warn("reasoning", "not sent back: it is another provider's, or lacks its encrypted content")
		return parts[n:]
	}
	e.Comma()
	e.Raw(`{"type":"reasoning"`)
	e.TextIf("id", first.ID)
	e.texts("summary", "summary_text", item.summary)
	if len(item.content) > 0 {
		e.texts("content", "reasoning_text", item.content)
	}
	e.TextIf("encrypted_content", item.encrypted)
	e.Raw("}")
	return parts[n:]
}

// thoughts are what an item of reasoning holds.
type thoughts struct {
	summary, content []string
	encrypted        string
}

// add takes one more part, unless the item was complete.
func (t *thoughts) add(r request.ReasoningPart) bool {
	switch {
	case t.encrypted != "":
		return false
	case r.Text == "":
	case r.Summary:
		t.summary = append(t.summary, r.Text)
	default:
		t.content = append(t.content, r.Text)
	}
	t.encrypted = r.Encrypted
	return true
}

func (e *responsesEncoder) texts(name, kind string, list []string) {
	e.Key(name)
	e.Raw("[")
	for _, text := range list {
		e.textPart(kind, text)
	}
	e.Raw("]")
}

func (e *responsesEncoder) results(i int, m *request.Message) {
	for j, p := range m.Parts {
		result, ok := p.(request.ToolResult)
		if !ok {
			e.warnCache()
			continue
		}
		e.Comma()
		e.Raw(`{"type":"function_call_output"`)
		e.Text("call_id", result.CallID)
		e.Key("output")
		e.result(i, j, &result)
		e.Raw("}")
	}
}

// result writes text alone as a string and anything else as a list of parts.
func (e *responsesEncoder) result(i, j int, result *request.ToolResult) {
	text := request.Message{Content: result.Content, Parts: result.Parts}.Text()
	if len(result.Parts) == 0 {
		e.String(sayFailure(result, text))
		return
	}
	beginning := result.Content
	if said := sayFailure(result, text); said != text {
		beginning = said[:len(said)-len(text)] + beginning
	}
	e.content(i, j, beginning, result.Parts)
}
