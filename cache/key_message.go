package cache

import (
	"github.com/seed63918563/llmgate/request"
)

// The kinds of parts. They stand in keys: a number never changes its meaning.
const (
	kindText int64 = iota + 1
	kindImage
	kindFile
	kindAudio
	kindCall
	kindResult
	kindReasoning
	kindBreakpoint
)

func (k *keyer) message(m *request.Message) {
	k.text(string(m.Role))
	k.text(m.Name)
	k.parts(m.Content, m.Parts)
}

// parts writes a plain content as the text part that it stands for.
func (k *keyer) parts(content string, parts []request.Part) {
	n := len(parts)
	if content != "" {
		n++
	}
	k.count(n)
	if content != "" {
		k.textPart(content, "")
	}
	for _, p := range parts {
		k.part(p)
	}
}

func (k *keyer) part(p request.Part) {
	switch p := p.(type) {
	case request.TextPart:
		k.textPart(p.Text, p.Signature)
	case request.ImagePart:
		k.media(kindImage, p.URL, p.MediaType, p.Data)
		k.text(p.Detail)
		k.text(p.Signature)
	case request.FilePart:
		k.media(kindFile, p.URL, p.MediaType, p.Data)
		k.text(p.ID)
		k.text(p.Name)
	case request.AudioPart:
		k.media(kindAudio, p.URL, p.MediaType, p.Data)
		k.text(p.Transcript)
	case request.ToolCall:
		k.number(kindCall)
		k.text(p.ID)
		k.text(p.Name)
		k.text(p.Arguments)
		k.text(p.Signature)
	case request.ToolResult:
		k.number(kindResult)
		k.text(p.CallID)
		k.text(p.Name)
		k.flag(p.IsError)
		k.parts(p.Content, p.Parts)
	case request.ReasoningPart:
		k.reasoning(&p)
	case request.CacheBreakpoint:
		k.number(kindBreakpoint)
		k.number(int64(p.TTL))
	default: // a pointer, or nothing
		k.failed = true
	}
}

func (k *keyer) textPart(text, signature string) {
	k.number(kindText)
	k.text(text)
	k.text(signature)
}

func (k *keyer) media(kind int64, url, mediaType string, data []byte) {
	k.number(kind)
	k.text(url)
	k.text(mediaType)
	k.bytes(data)
}

func (k *keyer) reasoning(p *request.ReasoningPart) {
	k.number(kindReasoning)
	k.text(p.Text)
	k.flag(p.Summary)
	k.text(p.Signature)
	k.text(p.Encrypted)
	k.text(p.ID)
	k.text(p.Format)
}
