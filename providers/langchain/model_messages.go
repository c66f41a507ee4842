package langchain

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// roles are langchaingo's and, because its own helpers use them, OpenAI's.
var roles = map[llms.ChatMessageType]request.Role{
	llms.ChatMessageTypeSystem: request.RoleSystem, llms.ChatMessageTypeHuman: request.RoleUser, llms.ChatMessageTypeGeneric: request.RoleUser,
	llms.ChatMessageTypeAI: request.RoleAssistant, llms.ChatMessageTypeTool: request.RoleTool, llms.ChatMessageTypeFunction: request.RoleTool,
	"user": request.RoleUser, "assistant": request.RoleAssistant,
}

func (q *question) messages(list []llms.MessageContent) {
	for i, m := range list {
		role, ok := roles[m.Role]
		if !ok {
			q.Fault(fmt.Sprintf("messages[%d].role", i), fmt.Sprintf("%q is unknown; use system, human, ai, tool or generic", m.Role))
			continue
		}
		message := request.Message{Role: role}
		for j, part := range m.Parts {
			q.part(&message, i, j, part)
		}
		plain(&message)
		q.req.Messages = append(q.req.Messages, message)
	}
}

// plain says a single text as Content, the plain case.
func plain(m *request.Message) {
	if len(m.Parts) != 1 || m.Role == request.RoleTool {
		return
	}
	if text, ok := m.Parts[0].(request.TextPart); ok {
		m.Content, m.Parts = text.Text, nil
	}
}

func (q *question) part(m *request.Message, i, j int, part llms.ContentPart) {
	switch p := part.(type) {
	case llms.TextContent:
		m.Parts = append(m.Parts, request.TextPart{Text: p.Text})
	case llms.ImageURLContent:
		m.Parts = append(m.Parts, imageAt(p))
	case llms.BinaryContent:
		m.Parts = append(m.Parts, partOf(p.MIMEType, p.Data))
	case llms.ToolCall:
		if p.FunctionCall == nil {
			q.Refuse(i, j, "a tool call without a function")
			return
		}
		m.Parts = append(m.Parts, request.ToolCall{ID: p.ID, Name: p.FunctionCall.Name, Arguments: p.FunctionCall.Arguments})
	case llms.ToolCallResponse:
		m.Parts = append(m.Parts, request.ToolResult{CallID: p.ToolCallID, Name: p.Name, Content: p.Content})
	case llms.CachedContent:
		q.part(m, i, j, p.ContentPart)
		if p.CacheControl != nil {
			m.Parts = append(m.Parts, request.CacheBreakpoint{TTL: p.CacheControl.Duration})
		}
	default:
		q.Refuse(i, j, fmt.Sprintf("a %T can't be sent", part))
	}
}

// imageAt is an image by its address; one that holds the bytes is taken apart, for not every provider takes it.
func imageAt(p llms.ImageURLContent) request.Part {
	if rest, ok := strings.CutPrefix(p.URL, "data:"); ok {
		mediaType, text, _ := strings.Cut(rest, ";base64,")
		if data, err := base64.StdEncoding.DecodeString(text); err == nil && len(data) > 0 {
			return request.ImagePart{Data: data, MediaType: mediaType, Detail: p.Detail}
		}
	}
	return request.ImagePart{URL: p.URL, Detail: p.Detail}
}

func partOf(mediaType string, data []byte) request.Part {
	switch family, _, _ := strings.Cut(mediaType, "/"); family {
	case "image":
		return request.ImagePart{Data: data, MediaType: mediaType}
	case "audio":
		return request.AudioPart{Data: data, MediaType: mediaType}
	}
	return request.FilePart{Data: data, MediaType: mediaType}
}
