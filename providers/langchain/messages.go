package langchain

import (
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// conversation writes a request's messages in langchaingo's words.
type conversation struct {
	*dialect.Notes
	req   *request.Request
	takes *backend
	// noSystem leaves the system messages to the caller.
	noSystem bool

	messages []llms.MessageContent
}

func (c *conversation) write() {
	if c.takes.promptOnly {
		c.prompt()
		return
	}
	c.messages = make([]llms.MessageContent, 0, len(c.req.Messages))
	if c.takes.oneSystem && !c.noSystem {
		c.joinedSystem()
	}
	for i := range c.req.Messages {
		m := &c.req.Messages[i]
		if m.Name != "" {
			c.Warn("name", "not sent: langchaingo has no place for a speaker's name")
		}
		switch m.Role {
		case request.RoleSystem:
			if !c.takes.oneSystem && !c.noSystem {
				c.add(llms.ChatMessageTypeSystem, c.parts(i, m))
			}
		case request.RoleAssistant:
			c.turn(llms.ChatMessageTypeAI, c.assistant(i, m))
		case request.RoleTool:
			c.results(i, m)
		default:
			c.add(llms.ChatMessageTypeHuman, c.parts(i, m))
		}
	}
}

func (c *conversation) add(role llms.ChatMessageType, parts []llms.ContentPart) {
	c.messages = append(c.messages, llms.MessageContent{Role: role, Parts: parts})
}

// turn adds parts as one message, or as one for each where only the first part of a message is sent. A turn without any part
// says nothing; where it would be a message without parts, which several packages don't survive, it is left out.
func (c *conversation) turn(role llms.ChatMessageType, parts []llms.ContentPart) {
	if !c.takes.onePart {
		if len(parts) == 0 {
			parts = []llms.ContentPart{llms.TextContent{}}
		}
		c.add(role, parts)
		return
	}
	for _, p := range parts {
		c.add(role, []llms.ContentPart{p})
	}
}

// prompt is for packages that send one text and drop the rest of the conversation.
func (c *conversation) prompt() {
	m := &c.req.Messages[0]
	if len(c.req.Messages) > 1 || m.Role != request.RoleUser {
		c.Fault("messages", "langchaingo's "+c.takes.name+" package sends only the first text; give one message, of role user")
	}
	parts := c.parts(0, m)
	if len(parts) > 1 {
		c.Fault("messages[0].parts", "langchaingo's "+c.takes.name+" package sends only the first text")
	}
	c.add(llms.ChatMessageTypeHuman, parts)
}

// joinedSystem puts all system messages into one text, for packages that send only one, or join them without a gap.
func (c *conversation) joinedSystem() {
	var texts []string
	for i := range c.req.Messages {
		m := &c.req.Messages[i]
		if m.Role != request.RoleSystem {
			continue
		}
		texts = append(texts, m.Text())
		for _, p := range m.Parts {
			if _, ok := p.(request.CacheBreakpoint); ok {
				c.warnCache()
			}
		}
	}
	if len(texts) > 0 {
		c.add(llms.ChatMessageTypeSystem, []llms.ContentPart{llms.TextContent{Text: strings.Join(texts, "\n\n")}})
	}
}

func (c *conversation) warnCache() {
	c.Warn("cache_breakpoint", "not sent: langchaingo has no place for a cache mark there; the provider may cache prefixes by itself")
}
