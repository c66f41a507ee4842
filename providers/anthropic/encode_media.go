package anthropic

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/request"
)

func (e *encoder) image(i, j int, p *request.ImagePart) {
	e.WarnIf(p.Detail != "", "image.detail", "not sent: the provider has no such parameter")
	mediaType := mediaTypeOf(p.MediaType, p.URL, p.Data)
	if p.URL == "" && !strings.HasPrefix(mediaType, "image/") {
		e.Refuse(i, j, "the data looks like "+mediaType+"; set MediaType")
		return
	}
	e.openSource("image")
	e.source(p.URL, "", mediaType, p.Data)
	e.endBlock()
}

// file writes a document, or the image that a file is.
func (e *encoder) file(i, j int, p *request.FilePart) {
	mediaType := mediaTypeOf(p.MediaType, p.URL+p.ID, p.Data)
	kind := "document"
	if strings.HasPrefix(mediaType, "image/") {
		kind = "image"
	}
	if problem := fileProblem(kind, mediaType, p); problem != "" {
		e.Refuse(i, j, problem)
		return
	}
	e.openSource(kind)
	if kind == "document" && len(p.Data) > 0 && mediaType != pdf {
		e.Raw(`{"type":"text","media_type":"text/plain"`)
		e.Text("data", string(p.Data))
		e.Raw("}")
	} else {
		e.source(p.URL, p.ID, mediaType, p.Data)
	}
	if kind == "document" {
		e.TextIf("title", p.Name)
	}
	e.endBlock()
}

const pdf = "application/pdf"

// fileProblem tells why a file can't be sent: the API reads PDFs, plain text and images.
func fileProblem(kind, mediaType string, p *request.FilePart) string {
	switch {
	case kind == "image" || mediaType == pdf || p.ID != "":
		return ""
	case p.URL != "":
		if mediaType != "" {
			return "this API takes only PDFs and images by URL; fetch it and give Data"
		}
		return ""
	case isText(mediaType) && utf8.Valid(p.Data):
		return ""
	}
	return "this API takes no file of type " + mediaType + ", only PDFs, text and images; convert it, or set MediaType"
}

func isText(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || mediaType == "application/json" || mediaType == "application/xml"
}

// mediaTypeOf is the type as given, or as recognised from the data; empty for content that is elsewhere.
func mediaTypeOf(given, elsewhere string, data []byte) string {
	if given == "" && elsewhere == "" {
		given = http.DetectContentType(data)
	}
	given, _, _ = strings.Cut(given, ";")
	return given
}

func (e *encoder) openSource(kind string) {
	e.Comma()
	e.Raw("{")
	e.Text("type", kind)
	e.Key("source")
}

func (e *encoder) source(url, id, mediaType string, data []byte) {
	switch {
	case url != "":
		e.Raw(`{"type":"url"`)
		e.Text("url", url)
	case id != "":
		e.Raw(`{"type":"file"`)
		e.Text("file_id", id)
	default:
		e.Raw(`{"type":"base64"`)
		e.Text("media_type", mediaType)
		e.Base64("data", data)
	}
	e.Raw("}")
}
