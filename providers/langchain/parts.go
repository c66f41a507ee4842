package langchain

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// pieces collects the parts of one message. Texts that follow each other become one, because some packages take only one
// text, and servers like a plain string best.
type pieces struct {
	list    []llms.ContentPart
	text    string
	oneText bool // all texts of the message become one, which stands last
}

func (p *pieces) say(text string) { p.text += text }

func (p *pieces) flush() {
	if p.text != "" {
		p.list = append(p.list, llms.TextContent{Text: p.text})
		p.text = ""
	}
}

func (p *pieces) add(part llms.ContentPart) {
	if !p.oneText {
		p.flush()
	}
	p.list = append(p.list, part)
}

// parts writes a message of the system or the user.
func (c *conversation) parts(i int, m *request.Message) []llms.ContentPart {
	p := pieces{text: m.Content, oneText: c.takes.oneText}
	for j, part := range m.Parts {
		switch part := part.(type) {
		case request.TextPart:
			p.say(part.Text)
		case request.ImagePart:
			c.image(&p, i, j, part)
		case request.FilePart:
			c.data(&p, i, j, part.Data, part.MediaType, "a file")
		case request.AudioPart:
			c.data(&p, i, j, part.Data, part.MediaType, "sound")
		case request.CacheBreakpoint:
			c.mark(&p, m.Role, part)
		default:
			c.Refuse(i, j, fmt.Sprintf("%T can't be sent in a message of role %s", part, m.Role))
		}
	}
	p.flush()
	return p.list
}

func (c *conversation) image(p *pieces, i, j int, image request.ImagePart) {
	mediaType := orDetected(image.MediaType, image.Data)
	switch {
	case c.takes.images == noImages:
		c.Refuse(i, j, "langchaingo's "+c.takes.name+" package sends text only")
	case len(image.Data) > 0 && !strings.HasPrefix(mediaType, "image/"):
		c.Refuse(i, j, "the data looks like "+mediaType+"; set MediaType")
	case image.URL != "" && c.takes.images == imageData:
		c.Refuse(i, j, "langchaingo's "+c.takes.name+" package takes no image by URL; fetch it and give Data")
	case image.URL != "":
		p.add(llms.ImageURLContent{URL: image.URL, Detail: image.Detail})
	case c.takes.images == imageURL:
		url := "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(image.Data)
		p.add(llms.ImageURLContent{URL: url, Detail: image.Detail})
	default:
		if image.Detail != "" {
			c.Warn("detail", "not sent: langchaingo has no place for it beside an image's bytes")
		}
		p.add(llms.BinaryContent{MIMEType: mediaType, Data: image.Data})
	}
}

// data writes what is neither text nor image, which hardly any package takes.
func (c *conversation) data(p *pieces, i, j int, data []byte, mediaType, what string) {
	switch {
	case !c.takes.anyData:
		c.Refuse(i, j, "langchaingo's "+c.takes.name+" package can't send "+what+"; use a native client")
	case len(data) == 0:
		c.Refuse(i, j, "langchaingo takes "+what+" as bytes only; fetch it and give Data")
	default:
		p.add(llms.BinaryContent{MIMEType: orDetected(mediaType, data), Data: data})
	}
}

func orDetected(mediaType string, data []byte) string {
	if mediaType != "" || len(data) == 0 {
		return mediaType
	}
	return http.DetectContentType(data)
}

// defaultTTL is what langchaingo's cache marks come to, whatever they say.
const defaultTTL = 5 * time.Minute

// mark puts a cache mark on the part before it.
func (c *conversation) mark(p *pieces, role request.Role, mark request.CacheBreakpoint) {
	if !c.takes.cacheMarks || role != request.RoleUser {
		c.warnCache()
		return
	}
	p.flush()
	if len(p.list) == 0 {
		c.warnCache()
		return
	}
	if mark.TTL != 0 && mark.TTL != defaultTTL {
		c.Warn("cache_breakpoint.ttl", "not sent: langchaingo's cache marks have no duration; the provider's default holds")
	}
	last := &p.list[len(p.list)-1]
	if _, marked := (*last).(llms.CachedContent); !marked {
		*last = llms.WithCacheControl(*last, &llms.CacheControl{Type: "ephemeral"})
	}
}
