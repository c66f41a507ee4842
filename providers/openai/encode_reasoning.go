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
			e.Warn("reasoning", "not sent back: the provider has no place for it")
		}
	case ReasoningContent: // written with the content
	case ReasoningDetails:
		e.reasoningDetails(m)
	default:
		text, opaque := reasoningText(m)
		if text != "" || e.quirks.ReasoningAlways && len(e.call.Req.Tools) > 0 {
			e.Text(field, text)
		}
		if opaque {
			e.Warn("reasoning", "signatures and encrypted reasoning are not sent back: the provider has no place for them")
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
	e.Key("reasoning_details")
	e.Raw("[")
	for _, p := range m.Parts {
		if r, ok := p.(request.ReasoningPart); ok {
			e.reasoningDetail(r)
		}
	}
	e.Raw("]")
}

func (e *encoder) reasoningDetail(r request.ReasoningPart) {
	e.Comma()
	e.Raw("{")
	switch {
	case r.Encrypted != "":
		e.Text("type", "reasoning.encrypted")
		e.Text("data", r.Encrypted)
	case r.Summary:
		e.Text("type", "reasoning.summary")
		e.Text("summary", r.Text)
	default:
		e.Text("type", "reasoning.text")
		e.Text("text", r.Text)
		if r.Signature != "" {
			e.Text("signature", r.Signature)
		}
	}
	if r.ID != "" {
		e.Text("id", r.ID)
	}
	if r.Format != "" {
		e.Text("format", r.Format)
	}
	e.Raw("}")
}

// thinkingPart writes reasoning as a part of content.
func (e *encoder) thinkingPart(r request.ReasoningPart) {
	if e.quirks.ReasoningBack != ReasoningContent {
		return // reasoningBack reports or places it
	}
	e.Comma()
	e.Raw(`{"type":"thinking","thinking":[{"type":"text"`)
	e.Text("text", r.Text)
	e.Raw(`}]}`)
}
