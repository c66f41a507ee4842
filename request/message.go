package request

import "strings"

// Role says who speaks in a message.
type Role string

// The roles. A system message may stand anywhere; providers with a separate system field get them joined in order.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	// RoleTool carries the results of tool calls, as [ToolResult] parts.
	RoleTool Role = "tool"
)

// Message is one turn of a conversation. Content is the plain case; it counts as a text part that stands before Parts.
type Message struct {
	Role    Role
	Content string
	Parts   []Part
	// Name tells speakers of one role apart, where the provider supports it.
	Name string
}

// Text returns all text of the message, Content and text parts, joined without a separator.
func (m Message) Text() string {
	if len(m.Parts) == 0 {
		return m.Content
	}
	var b strings.Builder
	b.WriteString(m.Content)
	for _, p := range m.Parts {
		if t, ok := p.(TextPart); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
