package openai

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// reasoningBack returns the reasoning of an earlier turn to a provider that wants it.
func (e *encoder) reasoningBack(m *request.Message) {
	switch field := e.quirks.ReasoningBack; field {
	case "":
		if hasReasoning(m) {
			e.warn("reasoning", "not sent back: the provider has no place for it")
		}
	case ReasoningContent: // written with the content
	case ReasoningDetails:
		e.reasoningDetails(m)
	default:
		text, opaque := reasoningText(m)
		if text != "" || e.quirks.ReasoningAlways && len(e.call.req.Tools) > 0 {
			e.text(field, text)
		}
		if opaque {
			e.warn("reasoning", "signatures and encrypted reasoning are not sent back: the provider has no place for them")
		}
	}
}

func hasReasoning(m *request.Message) bool {
	for _, p := range m.Parts {
		if _, ok := p.(request.ReasoningPart); ok {
			return true
		}
	}
	return false
}

// reasoningText is the readable reasoning, and whether there is any that is not.
func reasoningText(m *request.Message) (text string, opaque bool) {
	var b strings.Builder
	for _, p := range m.Parts {
		if r, ok := p.(request.ReasoningPart); ok {
			b.WriteString(r.Text)
			opaque = opaque || r.Signature != "" || r.Encrypted != ""
		}
	}
	return b.String(), opaque
}

func (e *encoder) reasoningDetails(m *request.Message) {
	if !hasReasoning(m) {
		return
	}
	e.key("reasoning_details")
	e.buf = append(e.buf, '[')
	for _, p := range m.Parts {
		if r, ok := p.(request.ReasoningPart); ok {
			e.reasoningDetail(r)
		}
	}
	e.buf = append(e.buf, ']')
}

func (e *encoder) reasoningDetail(r request.ReasoningPart) {
	e.comma()
	e.buf = append(e.buf, '{')
	switch {
	case r.Encrypted != "":
		e.text("type", "reasoning.encrypted")
		e.text("data", r.Encrypted)
	case r.Summary:
		e.text("type", "reasoning.summary")
		e.text("summary", r.Text)
	default:
		e.text("type", "reasoning.text")
		e.text("text", r.Text)
		if r.Signature != "" {
			e.text("signature", r.Signature)
		}
	}
	if r.ID != "" {
		e.text("id", r.ID)
	}
	if r.Format != "" {
		e.text("format", r.Format)
	}
	e.buf = append(e.buf, '}')
}

// thinkingPart writes reasoning as a part of content.
func (e *encoder) thinkingPart(r request.ReasoningPart) {
	if e.quirks.ReasoningBack != ReasoningContent {
		return // reasoningBack reports or places it
	}
	e.comma()
	e.raw(`{"type":"thinking","thinking":[{"type":"text"`)
	e.text("text", r.Text)
	e.raw(`}]}`)
}
