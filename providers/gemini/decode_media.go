package gemini

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// blob is content that is not text: bytes, or where they are.
type blob struct {
	mediaType, uri, name string
	data                 []byte
}

func readBlob(raw []byte) (b blob) {
	var r jsontext.Reader
	r.Reset(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "mimeType":
			b.mediaType = r.String()
		case "data":
			b.data = decodeBase64(r.Text())
		case "fileUri":
			b.uri = r.String()
		default:
			r.Skip()
		}
	}
	return b
}

// decodeBase64 takes both alphabets, padded or not, as the API does. It returns nothing for any other text.
func decodeBase64(text []byte) []byte {
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.AppendDecode(nil, bytes.TrimRight(text, "="))
	if err != nil {
		return nil
	}
	return data
}

// inline takes bytes. The drafts of a model that thinks in pictures are no images of its answer.
func (a *generation) inline(p *part, out dialect.Emit) bool {
	b := readBlob(p.inline)
	switch {
	case len(b.data) == 0, p.thought:
		return false
	case strings.HasPrefix(b.mediaType, "audio/"):
		a.AddSound(b.mediaType, b.data, "")
	default:
		a.media(&b, p.signature, out)
	}
	return true
}

func (a *generation) file(p *part, out dialect.Emit) bool {
	b := readBlob(p.file)
	if b.uri == "" {
		return false
	}
	a.media(&b, p.signature, out)
	return true
}

func (a *generation) media(b *blob, signature string, out dialect.Emit) {
	var whole request.Part = request.FilePart{URL: b.uri, Data: b.data, MediaType: b.mediaType}
	switch {
	case strings.HasPrefix(b.mediaType, "image/"):
		whole = request.ImagePart{URL: b.uri, Data: b.data, MediaType: b.mediaType, Signature: signature}
	case strings.HasPrefix(b.mediaType, "audio/"):
		whole = request.AudioPart{URL: b.uri, MediaType: b.mediaType}
	}
	a.AddPart(whole, out)
}
