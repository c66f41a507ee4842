package openai

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (e *encoder) image(i, j int, p request.ImagePart) {
	e.Comma()
	e.Raw(`{"type":"image_url","image_url":{"url":`)
	writeURLOrData(e.Encoder, i, j, p.URL, p.MediaType, p.Data, "image/")
	if p.Detail != "" {
		e.Text("detail", p.Detail)
	}
	e.Raw("}}")
}

func (e *encoder) file(i, j int, p request.FilePart) {
	if p.URL != "" && !e.quirks.FileURL {
		e.Refuse(i, j, "this API takes no file by URL; fetch it and give Data")
		return
	}
	e.Comma()
	e.Raw(`{"type":"file","file":{`)
	if p.ID != "" {
		e.Text("file_id", p.ID)
		e.Raw("}}")
		return
	}
	e.Text("filename", cmp.Or(p.Name, "file"))
	e.Key("file_data")
	writeURLOrData(e.Encoder, i, j, p.URL, p.MediaType, p.Data, "")
	e.Raw("}}")
}

// writeURLOrData writes an address, or data as an address that holds it. family is what the media type must begin with.
func writeURLOrData(e *dialect.Encoder, i, j int, url, mediaType string, data []byte, family string) {
	if url != "" {
		e.String(url)
		return
	}
	if mediaType == "" {
		mediaType = http.DetectContentType(data)
	}
	if !strings.HasPrefix(mediaType, family) {
		e.Refuse(i, j, "the data looks like "+mediaType+"; set MediaType")
	}
	e.B = jsontext.AppendDataURL(e.B, mediaType, data)
}

func (e *encoder) audio(i, j int, p request.AudioPart) {
	if p.URL != "" {
		e.Refuse(i, j, "this API takes no audio by URL; fetch it and give Data")
		return
	}
	format, ok := audioFormat(p)
	if !ok {
		e.Refuse(i, j, "the kind of audio is not recognised; set MediaType, such as audio/wav")
		return
	}
	e.Comma()
	e.Raw(`{"type":"input_audio","input_audio":{`)
	e.Base64("data", p.Data)
	e.Text("format", format)
	e.Raw("}}")
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
