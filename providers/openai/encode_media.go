package openai

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (e *encoder) image(i, j int, p request.ImagePart) {
	e.comma()
	e.raw(`{"type":"image_url","image_url":{"url":`)
	e.urlOrData(i, j, p.URL, p.MediaType, p.Data, "image/")
	if p.Detail != "" {
		e.text("detail", p.Detail)
	}
	e.raw(`}}`)
}

func (e *encoder) file(i, j int, p request.FilePart) {
	if p.URL != "" && !e.quirks.FileURL {
		e.refuse(i, j, "this API takes no file by URL; fetch it and give Data")
		return
	}
	e.comma()
	e.raw(`{"type":"file","file":{`)
	if p.ID != "" {
		e.text("file_id", p.ID)
		e.raw(`}}`)
		return
	}
	e.text("filename", orDefault(p.Name, "file"))
	e.key("file_data")
	e.urlOrData(i, j, p.URL, p.MediaType, p.Data, "")
	e.raw(`}}`)
}

func (e *encoder) urlOrData(i, j int, url, mediaType string, data []byte, family string) {
	if url != "" {
		e.string(url)
		return
	}
	if mediaType == "" {
		mediaType = http.DetectContentType(data)
	}
	if !strings.HasPrefix(mediaType, family) {
		e.refuse(i, j, "the data looks like "+mediaType+"; set MediaType")
	}
	e.buf = jsontext.AppendDataURL(e.buf, mediaType, data)
}

func (e *encoder) audio(i, j int, p request.AudioPart) {
	if p.URL != "" {
		e.refuse(i, j, "this API takes no audio by URL; fetch it and give Data")
		return
	}
	format, ok := audioFormat(p)
	if !ok {
		e.refuse(i, j, "the kind of audio is not recognised; set MediaType, such as audio/wav")
		return
	}
	e.comma()
	e.raw(`{"type":"input_audio","input_audio":{"data":"`)
	e.buf = base64.StdEncoding.AppendEncode(e.buf, p.Data)
	e.raw(`"`)
	e.text("format", format)
	e.raw(`}}`)
}

// audioFormat turns a media type into the API's word for it.
func audioFormat(p request.AudioPart) (string, bool) {
	mediaType := p.MediaType
	if mediaType == "" {
		mediaType = http.DetectContentType(p.Data)
	}
	mediaType, _, _ = strings.Cut(mediaType, ";")
	format, ok := strings.CutPrefix(mediaType, "audio/")
	switch format {
	case "wave", "x-wav", "vnd.wave":
		format = "wav"
	case "mpeg", "mpeg3", "x-mpeg-3":
		format = "mp3"
	}
	return format, ok && format != ""
}
