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
	Type    string `json:"type"`
	Content string `json:"content,omitempty"`
	Name    string `json:"name,omitempty"`
	ID      string `json:"id,omitempty"`
	// Arguments are a tool call's.
	Arguments string `json:"arguments,omitempty"`
}

func messages(list []request.Message) string {
	out := make([]message, len(list))
	for i, m := range list {
		out[i] = message{Role: string(m.Role)}
		if m.Content != "" {
			out[i].Parts = append(out[i].Parts, part{Type: "text", Content: m.Content})
		}
		out[i].Parts = append(out[i].Parts, parts(m.Parts)...)
	}
	return text(out)
}

func answer(r *request.Response) string {
	return text([]message{{Role: string(request.RoleAssistant), Parts: parts(r.Parts), Finish: string(r.FinishReason)}})
}

// parts have the texts, the calls and their results; media are named only.
func parts(list []request.Part) []part {
	out := []part{}
	for _, p := range list {
		switch p := p.(type) {
		case request.TextPart:
			out = append(out, part{Type: "text", Content: p.Text})
		case request.ReasoningPart:
			out = append(out, part{Type: "reasoning", Content: p.Text})
		case request.ToolCall:
			out = append(out, part{Type: "tool_call", ID: p.ID, Name: p.Name, Arguments: p.Arguments})
		case request.ToolResult:
			out = append(out, part{Type: "tool_call_response", ID: p.CallID, Content: p.Content})
		case request.ImagePart, request.FilePart, request.AudioPart:
			out = append(out, part{Type: "blob"})
		}
	}
	return out
}

func text(v any) string {
	b, err := json.Marshal(v) // of strings alone
	if err != nil {
		return ""
	}
	return string(b)
}
