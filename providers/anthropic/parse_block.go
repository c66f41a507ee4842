package anthropic

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) blockField(b *rawBlock, key string) {
	switch key {
	case "type":
		p.Text(&b.kind)
	case "text", "thinking":
		p.Text(&b.text)
	case "signature":
		p.Text(&b.signature)
	case "data":
		p.Text(&b.data)
	case "id", "tool_use_id":
		p.Text(&b.id)
	case "name":
		p.Text(&b.name)
	case "title":
		p.Text(&b.title)
	case "input":
		b.input = p.RawObject()
	case "is_error":
		p.Truth(&b.isError)
	case "source":
		p.source(&b.source)
	case "content":
		p.TextOrList(&b.result.Content, "blocks", func() { p.block(&b.result.Parts) })
	case "citations":
		p.citationsField(b)
	case "caller":
		p.caller()
	case "cache_control":
		b.mark = p.cacheMark()
	default:
		p.Unknown(key)
	}
}

// citationsField reads the sources of a text, or whether a document is to be cited, which only "no" is said without.
func (p *parser) citationsField(b *rawBlock) {
	if p.R.Kind() == jsontext.Array {
		b.citations = append([]byte(nil), p.R.Raw()...)
		return
	}
	p.Fields(func(key string) {
		var enabled *bool
		if p.Truth(&enabled); enabled != nil && *enabled {
			p.Fault("", "is not supported; remove it")
		}
	})
}

// caller reads who called a tool: the model itself, or code of its own, which a call can't say.
func (p *parser) caller() {
	p.Fields(func(key string) {
		var kind string
		if key != "type" {
			p.Unknown(key)
		} else if p.Text(&kind); kind != "direct" {
			p.Fault("", "%q is not supported; only direct calls are", kind)
		}
	})
}

// part makes the part that a block stands for.
func (p *parser) part(b *rawBlock) request.Part {
	switch b.kind {
	case "image":
		return p.imagePart(b)
	case "document":
		return p.documentPart(b)
	case "tool_use":
		return request.ToolCall{ID: b.id, Name: b.name, Arguments: string(b.input)}
	case "tool_result":
		p.noOpaque("content", b.result.Parts)
		isError := b.isError != nil && *b.isError
		return request.ToolResult{CallID: b.id, Content: b.result.Content, Parts: b.result.Parts, IsError: isError}
	case "thinking":
		return request.ReasoningPart{Text: b.text, Signature: b.signature}
	case "redacted_thinking":
		return request.ReasoningPart{Encrypted: b.data}
	}
	return request.TextPart{Text: b.text}
}

// rawSource is where the content of an image or a document comes from.
type rawSource struct{ kind, mediaType, data, url, id string }

func (p *parser) source(s *rawSource) {
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&s.kind)
		case "media_type":
			p.Text(&s.mediaType)
		case "data":
			p.Text(&s.data)
		case "url":
			p.Text(&s.url)
		case "file_id":
			p.Text(&s.id)
		default:
			p.Unknown(key)
		}
	})
}

func (p *parser) imagePart(b *rawBlock) request.Part {
	s := &b.source
	switch s.kind {
	case "url":
		return request.ImagePart{URL: s.url}
	case "file":
		return request.FilePart{ID: s.id, MediaType: "image/*"}
	case "base64":
		return request.ImagePart{Data: p.Base64("source.data", s.data), MediaType: s.mediaType}
	}
	p.Fault("source.type", "%q is unknown; use base64, url or file", s.kind)
	return request.ImagePart{}
}

func (p *parser) documentPart(b *rawBlock) request.Part {
	s := &b.source
	f := request.FilePart{Name: b.title}
	switch s.kind {
	case "url":
		f.URL = s.url
	case "file":
		f.ID = s.id
	case "base64":
		f.Data, f.MediaType = p.Base64("source.data", s.data), s.mediaType
	case "text":
		f.Data, f.MediaType = []byte(s.data), strings.TrimSpace(s.mediaType)
	default:
		p.Fault("source.type", "%q is not supported; use base64, text, url or file", s.kind)
	}
	return f
}
