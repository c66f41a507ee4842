package openai

import (
	"strings"
	"unicode"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// wireError is a provider's error as it stands in a body, in whichever of the many shapes.
type wireError struct {
	message, code, kind, param string
	// moderated: the error says which policy the content touched. inFlight: a concurrency budget, not money, is used up.
	moderated, inFlight bool
}

// maxMessage is how much of a provider's message is kept.
const maxMessage = 1000

// parseErrorBody reads an error body: JSON in any of the shapes in use, or text.
func parseErrorBody(body []byte) *wireError {
	var r jsontext.Reader
	r.Reset(body)
	e := new(wireError)
	switch r.Kind() {
	case jsontext.Object:
		e.object(&r)
	case jsontext.Array: // Gemini's compatible endpoint wraps the object
		if r.Array() && r.More() {
			e.object(&r)
		}
	}
	if e.message == "" && e.code == "" && e.kind == "" {
		e.message = plainText(string(body))
	}
	e.message = shorten(e.message)
	return e
}

// parseErrorValue reads the value of an error field: an object or a text.
func parseErrorValue(raw []byte) *wireError {
	e := new(wireError)
	var r jsontext.Reader
	r.Reset(raw)
	e.value(&r)
	e.message = shorten(e.message)
	return e
}

func (e *wireError) value(r *jsontext.Reader) {
	switch r.Kind() {
	case jsontext.Object:
		e.object(r)
	case jsontext.Array: // FastAPI lists what is wrong
		r.Array()
		for r.More() {
			e.value(r)
		}
	default:
		e.say(string(r.Scalar()))
	}
}

// say adds to the message.
func (e *wireError) say(text string) {
	if text == "" {
		return
	}
	if e.message != "" {
		e.message += "; "
	}
	e.message += text
}

func (e *wireError) object(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "error", "errors", "detail":
			e.value(r)
		case "message", "msg":
			e.value(r)
		case "code":
			e.code = orDefault(string(r.Scalar()), e.code)
		case "type":
			e.kind = orDefault(string(r.Scalar()), e.kind)
		case "status":
			e.kind = orDefault(e.kind, string(r.Scalar()))
		case "param":
			e.param = string(r.Scalar())
		case "metadata":
			e.metadata(r)
		case "innererror":
			e.inner(r)
		default:
			r.Skip()
		}
	}
}

// metadata reads what OpenRouter says beside the error.
func (e *wireError) metadata(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "flagged_input", "reasons":
			e.moderated = true
			r.Skip()
		case "limit_source":
			e.inFlight = strings.HasSuffix(string(r.Scalar()), "in_flight_budget")
		case "raw":
			e.say(string(r.Scalar()))
		default:
			r.Skip()
		}
	}
}

// inner reads Azure's innererror, whose code says more.
func (e *wireError) inner(r *jsontext.Reader) {
	for key := range r.Fields() {
		if string(key) == "code" && string(r.Scalar()) == "ResponsibleAIPolicyViolation" {
			e.moderated = true
			continue
		}
		if string(key) != "code" {
			r.Skip()
		}
	}
}

// plainText makes one line of a body that is not JSON, and drops the tags of HTML.
func plainText(body string) string {
	var b strings.Builder
	tag, gap := false, false
	for _, c := range body {
		switch {
		case c == '<':
			tag = true
		case c == '>' && tag:
			tag, gap = false, true
		case tag:
		case unicode.IsSpace(c) || unicode.IsControl(c):
			gap = true
		default:
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(c)
		}
	}
	return b.String()
}

func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + " …"
}
