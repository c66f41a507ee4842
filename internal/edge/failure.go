// Package edge reads what stands beside an answer, the same for every vendor: error bodies, which it classifies once, and the
// headers that state rate limits. It knows all vendors' words, so that a gateway's answer is understood whoever wrote it.
package edge

import (
	"cmp"
	"strings"
	"time"
	"unicode"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// Failure is a provider's error as it stands in a body, in whichever of the many shapes.
type Failure struct {
	Message string
	// Code and Kind are the provider's words for it: the fields code and type or status.
	Code, Kind string

	// moderated: the error says which policy the content touched. limitSource is whose allowance is used up.
	moderated   bool
	limitSource string
	// shape stands for the names of the fields that were looked at; see Unknown.
	shape uint64
	// detail is a word that says more than the code, quotas are the names of the quotas that were exceeded, and wait is how
	// long the body asks to wait.
	detail string
	quotas []string
	wait   time.Duration
}

// Bounds on what is taken of an error: how deep it is nested, how much of a message is gathered, and how much is kept.
const (
	maxDepth    = 16
	maxGathered = 16 << 10
	maxMessage  = 1000
)

// ParseBody reads an error body: JSON in any of the shapes in use, or text.
func ParseBody(body []byte) *Failure {
	var r jsontext.Reader
	r.Reset(body)
	e := new(Failure)
	switch r.Kind() {
	case jsontext.Object, jsontext.Array: // Gemini's compatible endpoint wraps the object
		e.value(&r, 0)
	}
	if e.empty() {
		e.Message = plainText(string(body[:min(len(body), maxGathered)]))
	}
	return e
}

// ParseValue reads the value of an error field: an object, a list or a text. It returns nil if that says nothing.
func ParseValue(r *jsontext.Reader) *Failure {
	e := new(Failure)
	e.value(r, 0)
	if e.empty() {
		return nil
	}
	return e
}

func (e *Failure) empty() bool { return e.Message == "" && e.Code == "" && e.Kind == "" }

func (e *Failure) value(r *jsontext.Reader, depth int) {
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
func (e *Failure) say(text []byte) {
	if len(text) == 0 || len(e.Message) > maxGathered {
		return
	}
	if e.Message != "" {
		e.Message += "; "
	}
	e.Message += string(text[:min(len(text), maxGathered)])
}

func (e *Failure) object(r *jsontext.Reader, depth int) {
	for key := range r.Fields() {
		e.shape = addToShape(e.shape, key)
		switch string(key) {
		case "error", "errors", "detail", "message", "msg", "title":
			e.value(r, depth)
		case "code":
			e.Code = cmp.Or(string(r.Scalar()), e.Code)
		case "type":
			if kind := string(r.Scalar()); kind != "error" { // Anthropic's frame around the error says only this
				e.Kind = cmp.Or(kind, e.Kind)
			}
		case "status":
			e.Kind = cmp.Or(e.Kind, string(r.Scalar()))
		case "metadata":
			e.metadata(r)
		case "innererror":
			e.inner(r)
		case "details":
			e.details(r)
		case "__type":
			e.Kind = cmp.Or(e.Kind, string(r.Scalar()))
		default:
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

// Shorten bounds a text that goes into an error. Secrets are to be taken out before, so that none is cut in two.
func Shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + " …"
}
