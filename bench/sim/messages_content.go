package sim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// messagesBlock is a block of content, of whatever type.
type messagesBlock struct {
	Type         string          `json:"type"`
	Text         string          `json:"text"`
	Source       messagesSource  `json:"source"`
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Input        json.RawMessage `json:"input"`
	ToolUseID    string          `json:"tool_use_id"`
	Content      messagesContent `json:"content"`
	IsError      bool            `json:"is_error"`
	Thinking     string          `json:"thinking"`
	Signature    string          `json:"signature"`
	Data         string          `json:"data"`
	CacheControl *messagesCache  `json:"cache_control"`
}

// messagesSource is where an image or document is.
type messagesSource struct {
	Type      string `json:"type"`
	MediaType string `json:"media_type"`
	Data      string `json:"data"`
	URL       string `json:"url"`
	FileID    string `json:"file_id"`
	// Content is read by nobody, but may be there.
	Content json.RawMessage `json:"content"`
}

// messagesPassed are blocks of the vendor's own tools, which come back unread.
var messagesPassed = []string{"server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result"}

// checkMessages says what is wrong with the conversation.
func (m *messages) checkMessages() string {
	for _, b := range m.System {
		if b.Type != "text" {
			return "system: Only text blocks are allowed"
		}
	}
	open := []string(nil) // tool calls of the message before
	for i, one := range m.Messages {
		where := fmt.Sprintf("messages.%d", i)
		switch {
		case one.Role == "system":
			return "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."
		case one.Role != "user" && one.Role != "assistant":
			return where + ".role: Input should be 'user' or 'assistant'"
		case i == 0 && one.Role != "user":
			return "messages: first message must use the \"user\" role"
		case len(one.Content) == 0 && (one.Role == "user" || i < len(m.Messages)-1):
			return where + ": all messages must have non-empty content except for the optional final assistant message"
		}
		if fault := m.checkResults(i, open); fault != "" {
			return fault
		}
		open = nil
		for j, b := range one.Content {
			if fault := b.check(fmt.Sprintf("%s.content.%d", where, j)); fault != "" {
				return fault
			}
			if b.Type == "tool_use" {
				open = append(open, b.ID)
			}
		}
	}
	if len(open) > 0 {
		return unansweredUse(len(m.Messages)-1, open)
	}
	return m.checkEnd()
}

// checkResults checks that a message answers the calls of the one before it, all of them, and before it says anything else.
func (m *messages) checkResults(i int, open []string) string {
	open = slices.Clone(open)
	content := m.Messages[i].Content
	first := 0 // how many results it begins with
	for first < len(content) && content[first].Type == "tool_result" {
		first++
	}
	for j, b := range content {
		if b.Type != "tool_result" {
			continue
		}
		k := slices.Index(open, b.ToolUseID)
		if k < 0 {
			return fmt.Sprintf("messages.%d.content.%d: unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.", i, j, b.ToolUseID)
		}
		if j >= first {
			return unansweredUse(i-1, open)
		}
		open = slices.Delete(open, k, k+1)
	}
	if len(open) > 0 {
		return unansweredUse(i-1, open)
	}
	return ""
}

func unansweredUse(i int, ids []string) string {
	return fmt.Sprintf("messages.%d: `tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message.", i, strings.Join(ids, ", "))
}

// checkEnd checks the last message of the assistant: what it began it must be able to go on with.
func (m *messages) checkEnd() string {
	last := len(m.Messages) - 1
	if one := m.Messages[last]; one.Role == "assistant" && strings.TrimRight(one.Content.text(), " \t\n") != one.Content.text() {
		return "messages: final assistant content cannot end with trailing whitespace"
	}
	if !m.Thinking.on() || m.Messages[last].Role == "assistant" || m.Messages[last].Content[0].Type != "tool_result" {
		return ""
	}
	if began := m.Messages[last-1].Content[0].Type; began != "thinking" && began != "redacted_thinking" {
		return fmt.Sprintf("messages.%d.content.0.type: Expected `thinking` or `redacted_thinking`, but found `%s`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).", last-1, began)
	}
	return ""
}

// check says what is wrong with one block.
func (b *messagesBlock) check(where string) string {
	switch b.Type {
	case "text":
		if b.Text == "" {
			return "messages: text content blocks must be non-empty"
		}
	case "image", "document":
		return b.Source.check(where+"."+b.Type+".source", b.Type)
	case "tool_use":
		if b.ID == "" || b.Name == "" || !isObject(b.Input) {
			return where + ".tool_use: id, name and input are required, and input should be a valid dictionary"
		}
	case "tool_result":
		for i, inner := range b.Content {
			if fault := inner.check(fmt.Sprintf("%s.tool_result.content.%d", where, i)); fault != "" {
				return fault
			}
		}
	case "thinking":
		if b.Signature != seal(b.Thinking) {
			return where + ": Invalid `signature` in `thinking` block"
		}
	case "redacted_thinking":
		if _, err := base64.StdEncoding.DecodeString(b.Data); err != nil || b.Data == "" {
			return where + ": Invalid `data` in `redacted_thinking` block"
		}
	default:
		if !slices.Contains(messagesPassed, b.Type) {
			return fmt.Sprintf("%s: Input tag '%s' found using 'type' does not match any of the expected tags", where, b.Type)
		}
	}
	return ""
}

func (s *messagesSource) check(where, kind string) string {
	types, sources := []string{"application/pdf"}, []string{"base64", "url", "file", "text", "content"}
	if kind == "image" {
		types, sources = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}, sources[:3]
	}
	switch {
	case !slices.Contains(sources, s.Type):
		return fmt.Sprintf("%s: Input tag '%s' found using 'type' does not match any of the expected tags: '%s'", where, s.Type, strings.Join(sources, "', '"))
	case s.Type == "url" && !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://"):
		return where + ".url.url: Only HTTP and HTTPS URLs are supported."
	case s.Type == "file" && s.FileID == "":
		return where + ".file.file_id: Field required"
	case s.Type != "base64":
		return ""
	case !slices.Contains(types, s.MediaType):
		return fmt.Sprintf("%s.base64.media_type: Input should be '%s'", where, strings.Join(types, "' or '"))
	}
	if _, err := base64.StdEncoding.DecodeString(s.Data); err != nil || s.Data == "" {
		return where + ".base64: invalid base64 data"
	}
	return ""
}
