package openai

import (
	"cmp"
	"encoding/base64"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// draft is a message while its fields come in, in any order.
type draft struct {
	role, text, name, callID string
	reasoning                string
	details                  []request.Part
	parts, calls             []request.Part
	mark                     *request.CacheBreakpoint
}

func (p *parser) message() {
	var d draft
	p.Fields(func(key string) {
		switch key {
		case "role":
			p.Text(&d.role)
		case "content":
			p.TextOrList(&d.text, "parts", func() { p.part(&d) })
		case "name":
			p.Text(&d.name)
		case "tool_call_id":
			p.Text(&d.callID)
		case "tool_calls":
			p.Elements(func() { p.toolCall(&d) })
		case "reasoning_content", "reasoning":
			p.Text(&d.reasoning)
		case "reasoning_details":
			p.Elements(func() { p.reasoningDetail(&d) })
		case "refusal":
			p.refusal(&d)
		case "cache_control":
			d.mark = p.cacheMark()
		default:
			p.Unknown(key, "annotations") // of an answer that is sent back
		}
	})
	p.Req.Messages = append(p.Req.Messages, d.message())
}

// cacheMark reads a cache_control object.
func (p *parser) cacheMark() *request.CacheBreakpoint {
	mark := new(request.CacheBreakpoint)
	p.Fields(func(key string) {
		if key != "ttl" {
			p.Unknown(key, "type")
			return
		}
		var text string
		p.Text(&text)
		ttl, err := time.ParseDuration(text)
		if err != nil {
			p.Fault("", "%q is not a duration; use 5m or 1h", text)
		}
		mark.TTL = ttl
	})
	return mark
}

func (d *draft) message() request.Message {
	m := request.Message{Role: request.Role(d.role), Name: d.name}
	switch d.role {
	case "developer":
		m.Role = request.RoleSystem
	case "tool":
		m.Parts = d.marked([]request.Part{request.ToolResult{CallID: d.callID, Name: d.name, Content: d.text, Parts: d.parts}})
		m.Name = ""
		return m
	}
	reasoning := d.details
	if len(reasoning) == 0 && d.reasoning != "" {
		reasoning = []request.Part{request.ReasoningPart{Text: d.reasoning}}
	}
	if len(reasoning) > 0 && d.text != "" { // Content would stand before the reasoning
		reasoning = append(reasoning, request.TextPart{Text: d.text})
		d.text = ""
	}
	m.Content = d.text
	m.Parts = append(d.marked(append(reasoning, d.parts...)), d.calls...)
	return m
}

// marked puts the message's own cache mark behind its content.
func (d *draft) marked(parts []request.Part) []request.Part {
	if d.mark == nil {
		return parts
	}
	return append(parts, *d.mark)
}

// rawPart is a content part while its fields come in.
type rawPart struct {
	kind, text, url, detail         string
	data, format                    string
	fileData, fileID, name, fileURL string
	mark                            *request.CacheBreakpoint
}

func (p *parser) part(d *draft) {
	if p.R.Kind() == jsontext.String {
		d.parts = append(d.parts, request.TextPart{Text: p.R.String()})
		return
	}
	var raw rawPart
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&raw.kind)
		case "text", "refusal":
			p.Text(&raw.text)
		case "image_url":
			raw.url, raw.detail = readImageURL(&p.R)
		case "input_audio":
			p.Fields(func(key string) { p.audioField(&raw, key) })
		case "file":
			p.Fields(func(key string) { p.fileField(&raw, key) })
		case "cache_control":
			raw.mark = p.cacheMark()
		default:
			p.Unknown(key)
		}
	})
	if part := p.finishPart(&raw); part != nil {
		d.parts = append(d.parts, part)
	}
	if raw.mark != nil {
		d.parts = append(d.parts, *raw.mark)
	}
}

func (p *parser) audioField(raw *rawPart, key string) {
	switch key {
	case "data":
		p.Text(&raw.data)
	case "format":
		p.Text(&raw.format)
	default:
		p.Unknown(key)
	}
}

func (p *parser) fileField(raw *rawPart, key string) {
	switch key {
	case "file_data":
		p.Text(&raw.fileData)
	case "file_id":
		p.Text(&raw.fileID)
	case "filename":
		p.Text(&raw.name)
	case "file_url":
		p.Text(&raw.fileURL)
	default:
		p.Unknown(key)
	}
}

func (p *parser) finishPart(raw *rawPart) request.Part {
	switch raw.kind {
	case "text", "input_text", "output_text", "refusal":
		return request.TextPart{Text: raw.text}
	case "image_url":
		image, ok := imageFrom(raw.url, raw.detail)
		if !ok {
			p.Fault("image_url", "no address; give {\"url\": …}")
		}
		return image
	case "input_audio":
		return request.AudioPart{Data: p.Base64("input_audio.data", raw.data), MediaType: "audio/" + cmp.Or(raw.format, "wav")}
	case "file":
		return p.finishFile(raw)
	}
	p.Fault("type", "%q is unknown; use text, image_url, input_audio or file", raw.kind)
	return nil
}

func (p *parser) finishFile(raw *rawPart) request.Part {
	f := request.FilePart{ID: raw.fileID, Name: raw.name, URL: raw.fileURL}
	if raw.fileData == "" {
		return f
	}
	var ok bool
	if f.MediaType, f.Data, ok = dialect.CutDataURL(raw.fileData); ok {
		return f
	}
	data, err := base64.StdEncoding.DecodeString(raw.fileData)
	if err != nil { // some providers take an address here
		f.URL = raw.fileData
		return f
	}
	f.Data = data
	return f
}

func (p *parser) toolCall(d *draft) {
	var call request.ToolCall
	var mark *request.CacheBreakpoint
	p.Fields(func(key string) {
		switch key {
		case "id":
			p.Text(&call.ID)
		case "function":
			p.Fields(func(key string) { p.callField(&call, key) })
		case "extra_content":
			call.Signature = thoughtSignature(&p.R)
		case "cache_control":
			mark = p.cacheMark()
		default:
			p.Unknown(key, "type", "index")
		}
	})
	if d.calls = append(d.calls, call); mark != nil {
		d.calls = append(d.calls, *mark)
	}
}

func (p *parser) callField(call *request.ToolCall, key string) {
	switch key {
	case "name":
		p.Text(&call.Name)
	case "arguments":
		if p.R.Kind() == jsontext.Object {
			call.Arguments = string(p.R.Raw())
			return
		}
		p.Text(&call.Arguments)
	default:
		p.Unknown(key)
	}
}

func (p *parser) reasoningDetail(d *draft) {
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	raw := readDetail(&p.R)
	if raw.text == "" && raw.data == "" && raw.signature == "" {
		return // an empty detail says nothing
	}
	d.details = append(d.details, request.ReasoningPart{
		Text: raw.text, Summary: raw.kind == "reasoning.summary", Signature: raw.signature,
		Encrypted: raw.data, ID: raw.id, Format: raw.format,
	})
}

func (p *parser) refusal(d *draft) {
	var text string
	p.Text(&text)
	if text != "" {
		d.parts = append(d.parts, request.TextPart{Text: text})
	}
}
