package gemini

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

func (p *parser) blob() *blob {
	b := new(blob)
	var data string
	p.Fields(func(key string) {
		switch camel(key) {
		case "mimeType":
			p.Text(&b.mediaType)
		case "data":
			if p.Text(&data); data != "" {
				if b.data = decodeBase64([]byte(data)); b.data == nil {
					p.Fault("", "not base64")
				}
			}
		case "fileUri":
			p.Text(&b.uri)
		case "displayName":
			p.Text(&b.name)
		default:
			p.Unknown(key)
		}
	})
	return b
}

// part is the part for that type of content; a file where there is none, or where it has a name.
func (b *blob) part(signature, detail string) request.Part {
	family, _, _ := strings.Cut(b.mediaType, "/")
	switch {
	case b.name != "":
	case family == "image":
		return request.ImagePart{URL: b.uri, Data: b.data, MediaType: b.mediaType, Detail: detail, Signature: signature}
	case family == "audio":
		return request.AudioPart{URL: b.uri, Data: b.data, MediaType: b.mediaType}
	}
	return request.FilePart{URL: b.uri, Data: b.data, MediaType: b.mediaType, Name: b.name}
}

// resolution reads an image's hint.
func (p *parser) resolution() (detail string) {
	p.Fields(func(key string) {
		if key != "level" {
			p.Unknown(key)
			return
		}
		p.Text(&detail)
		detail = strings.ToLower(strings.TrimPrefix(detail, resolutionPrefix))
	})
	return detail
}
