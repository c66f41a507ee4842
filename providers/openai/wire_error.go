package openai

import (
	"strings"
	"unicode"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// wireError is a provider's error as it stands in a body, in whichever of the many shapes.
type wireError struct {
	message, code, kind string
	// moderated: the error says which policy the content touched. inFlight: a concurrency budget, not money, is used up.
	moderated, inFlight bool
}

// Bounds on what is taken of an error: how deep it is nested, how much of a message is gathered, and how much is kept.
const (
	maxDepth    = 16
	maxGathered = 16 << 10
	maxMessage  = 1000
)

// parseErrorBody reads an error body: JSON in any of the shapes in use, or text.
func parseErrorBody(body []byte) *wireError {
	var r jsontext.Reader
	r.Reset(body)
	e := new(wireError)
	switch r.Kind() {
	case jsontext.Object, jsontext.Array: // Gemini's compatible endpoint wraps the object
		e.value(&r, 0)
	}
	if e.empty() {
		e.message = plainText(string(body[:min(len(body), maxGathered)]))
	}
	return e
}

// parseErrorValue reads the value of an error field: an object, a list or a text. It returns nil if that says nothing.
func parseErrorValue(r *jsontext.Reader) *wireError {
	e := new(wireError)
	e.value(r, 0)
	if e.empty() {
		return nil
	}
	return e
}

func (e *wireError) empty() bool { return e.message == "" && e.code == "" && e.kind == "" }

func (e *wireError) value(r *jsontext.Reader, depth int) {
	switch k := r.Kind(); {
	case depth > maxDepth:
		r.Skip()
	case k == jsontext.Object:
		e.object(r, depth+1)
	case k == jsontext.Array: // FastAPI lists what is wrong
		r.Array()
		for r.More() {
			e.value(r, depth+1)
		}
	default:
		e.say(r.Text())
	}
}

// say adds to the message, within bounds.
func (e *wireError) say(text []byte) {
	if len(text) == 0 || len(e.message) > maxGathered {
		return
	}
	if e.message != "" {
		e.message += "; "
	}
	e.message += string(text[:min(len(text), maxGathered)])
}

func (e *wireError) object(r *jsontext.Reader, depth int) {
	for key := range r.Fields() {
		switch string(key) {
		case "error", "errors", "detail", "message", "msg":
			e.value(r, depth)
		case "code":
			e.code = orDefault(string(r.Scalar()), e.code)
		case "type":
			e.kind = orDefault(string(r.Scalar()), e.kind)
		case "status":
			e.kind = orDefault(e.kind, string(r.Scalar()))
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
			e.say(r.Scalar())
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
