package gemini

import (
	"cmp"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// media is content that is not text, from part j of message i. family is what its media type must begin with.
type media struct {
	i, j                   int
	url, mediaType, family string
	data                   []byte
}

func imageMedia(i, j int, p request.ImagePart) media {
	return media{i, j, p.URL, p.MediaType, "image/", p.Data}
}

// fileMedia finds a file that the provider holds by its name in the Files API, or by its full address.
func (e *encoder) fileMedia(i, j int, p request.FilePart) media {
	m := media{i, j, p.URL, p.MediaType, "", p.Data}
	switch {
	case p.ID == "":
	case strings.Contains(p.ID, "://"):
		m.url = p.ID
	case e.client.vertex:
		e.Refuse(i, j, "Vertex AI holds no files; give a URL such as gs://bucket/file")
	default:
		m.url = e.client.cfg.BaseURL + "/files/" + strings.TrimPrefix(p.ID, "files/")
	}
	return m
}

func (e *encoder) image(i, j int, p request.ImagePart) {
	e.Comma()
	e.Raw("{")
	e.media(imageMedia(i, j, p))
	e.TextIf("thoughtSignature", p.Signature)
	e.resolution(p.Detail)
	e.Raw("}")
}

// resolution writes the hint for one image.
func (e *encoder) resolution(detail string) {
	switch {
	case detail == "" || detail == "auto":
	case !isModern(e.call.Model):
		e.Warn("image.detail", "not sent: this model takes no resolution for a single image")
	default:
		e.Key("mediaResolution")
		e.Raw("{")
		e.Text("level", resolutionPrefix+strings.ToUpper(detail))
		e.Raw("}")
	}
}

// resolutionPrefix begins the API's words for a detail.
const resolutionPrefix = "MEDIA_RESOLUTION_"

func (e *encoder) file(i, j int, p request.FilePart) {
	e.WarnIf(p.Name != "", "file.name", "not sent: the API shows no names of files to the model")
	e.Comma()
	e.Raw("{")
	e.media(e.fileMedia(i, j, p))
	e.Raw("}")
}

func (e *encoder) audio(i, j int, p request.AudioPart) {
	e.Comma()
	e.Raw("{")
	e.media(media{i, j, p.URL, p.MediaType, "audio/", p.Data})
	e.Raw("}")
}

// media writes the field that holds the content.
func (e *encoder) media(m media) {
	if kind, data, ok := dialect.CutDataURL(m.url); ok {
		m.url, m.data, m.mediaType = "", data, cmp.Or(m.mediaType, kind)
	}
	if strings.HasPrefix(m.url, "data:") {
		e.Refuse(m.i, m.j, "the data URL can't be read; give Data")
	}
	if m.url != "" {
		e.Key("fileData")
		e.Raw("{")
		e.TextIf("mimeType", cmp.Or(m.mediaType, mediaTypeOf(m.url)))
		e.Text("fileUri", m.url)
		e.Raw("}")
		return
	}
	e.Key("inlineData")
	e.Raw("{")
	e.Text("mimeType", e.recognised(&m))
	e.Base64("data", m.data)
	e.Raw("}")
}

// recognised is the media type of bytes, told by the bytes if it is not given.
func (e *encoder) recognised(m *media) string {
	kind := m.mediaType
	if kind == "" {
		kind, _, _ = strings.Cut(http.DetectContentType(m.data), ";")
	}
	switch kind {
	case "audio/wave":
		kind = "audio/wav"
	case "application/ogg":
		kind = "audio/ogg"
	}
	if !strings.HasPrefix(kind, m.family) {
		e.Refuse(m.i, m.j, "the data looks like "+kind+"; set MediaType")
	}
	return kind
}

// mediaTypes by the endings of names, for addresses: the API wants the type of what it is to fetch.
var mediaTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
	".heic": "image/heic", ".heif": "image/heif", ".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown",
	".html": "text/html", ".csv": "text/csv", ".json": "application/json", ".mp3": "audio/mpeg", ".wav": "audio/wav",
	".ogg": "audio/ogg", ".flac": "audio/flac", ".m4a": "audio/m4a", ".aac": "audio/aac", ".mp4": "video/mp4",
	".mov": "video/quicktime", ".webm": "video/webm",
}

func mediaTypeOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return mediaTypes[strings.ToLower(path.Ext(u.Path))]
	}
	return ""
}
