package otel

import (
	"encoding/json"

	"github.com/seed63918563/llmgate/request"
)

// message is one of the conventions' messages.
type message struct {
	Role   string `json:"role"`
	Parts  []part `json:"parts"`
	Finish string `json:"finish_reason,omitempty"`
}

type part struct {
	Type    string  `json:"type"`
	Content *string `json:"content,omitempty"`
	ID      string  `json:"id,omitempty"`
	Name    string  `json:"name,omitempty"`
	// Arguments are a tool call's, Response what came of it.
	Arguments any `json:"arguments,omitempty"`
	Response  any `json:"response,omitempty"`
}

func messages(list []request.Message) string {
	out := make([]message, len(list))
	for i, m := range list {
		out[i] = message{Role: string(m.Role), Parts: []part{}}
		if m.Content != "" {
			out[i].Parts = append(out[i].Parts, part{Type: "text", Content: &m.Content})
		}
		out[i].Parts = append(out[i].Parts, parts(m.Parts)...)
	}
	return text(out)
}

func answer(r *request.Response) string {
	return text([]message{{Role: string(request.RoleAssistant), Parts: parts(r.Parts), Finish: string(r.FinishReason)}})
}

// parts have the texts, the calls and their results. Media are named only: they are large, and their addresses may be signed.
func parts(list []request.Part) []part {
	out := make([]part, len(list))
	for i, p := range list {
		switch p := p.(type) {
		case request.TextPart:
			out[i] = part{Type: "text", Content: &p.Text}
		case request.ReasoningPart:
			out[i] = part{Type: "reasoning", Content: &p.Text}
		case request.ToolCall:
			out[i] = part{Type: "tool_call", ID: p.ID, Name: p.Name, Arguments: arguments(p.Arguments)}
		case request.ToolResult:
			out[i] = part{Type: "tool_call_response", ID: p.CallID, Response: outcome(&p)}
		case request.ImagePart:
			out[i].Type = "image"
		case request.FilePart:
			out[i].Type = "document"
		case request.AudioPart:
			out[i].Type = "audio"
		default:
			out[i].Type = "opaque"
		}
	}
	return out
}

// arguments are JSON, unless the model made a mistake.
func arguments(text string) any {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}

func outcome(r *request.ToolResult) any {
	if len(r.Parts) == 0 {
		return r.Content
	}
	list := parts(r.Parts)
	if r.Content != "" {
		list = append([]part{{Type: "text", Content: &r.Content}}, list...)
	}
	return list
}

func text(v any) string {
	b, err := json.Marshal(v) // of texts, and of JSON that is valid
	if err != nil {
		return ""
	}
	return string(b)
}
