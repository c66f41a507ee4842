package pricing

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// content is what of a request decides its price.
type content struct {
	// bytes are at least as many as the prompt's tokens, if it is only text.
	bytes                   int
	onlyText, images, audio bool
	// cachedLong: something is to be kept in the provider's cache for more than five minutes.
	cachedLong bool
}

// What providers put around a request, its messages with their parts, and its tools: bounds well above what is known of any.
const (
	frameOfRequest = 2048
	frameOfPart    = 64
	frameOfTool    = 256
)

func contentOf(r *request.Request) content {
	c := content{onlyText: true, bytes: frameOfRequest}
	for i := range r.Messages {
		message := &r.Messages[i]
		c.bytes += frameOfPart + len(message.Content) + len(message.Name)
		for _, p := range message.Parts {
			c.part(p)
		}
	}
	for i := range r.Tools {
		tool := &r.Tools[i]
		c.bytes += frameOfTool + len(tool.Name) + len(tool.Description) + len(tool.Parameters)
		if tool.Cache != nil {
			c.part(*tool.Cache)
		}
	}
	f := &r.ResponseFormat
	c.bytes += len(f.Name) + len(f.Description) + len(f.Schema)
	return c
}

func (c *content) part(p request.Part) {
	c.bytes += frameOfPart
	switch p := p.(type) {
	case request.TextPart:
		c.bytes += len(p.Text)
	case request.ReasoningPart:
		c.bytes += len(p.Text) + len(p.Signature) + len(p.Encrypted)
	case request.ToolCall:
		c.bytes += len(p.ID) + len(p.Name) + len(p.Arguments)
	case request.ToolResult:
		c.bytes += len(p.CallID) + len(p.Name) + len(p.Content)
		for _, inner := range p.Parts {
			c.part(inner)
		}
	case request.CacheBreakpoint:
		c.cachedLong = c.cachedLong || p.TTL > 5*time.Minute
	case request.ImagePart:
		c.images, c.onlyText = true, false
	case request.AudioPart:
		c.audio, c.onlyText = true, false
	default: // a document may hold anything
		c.images, c.audio, c.onlyText = true, true, false
	}
}
