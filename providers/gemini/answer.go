package gemini

import (
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
)

// document takes in an answer or a piece of one, several standing one after the other, or a list of them.
func (a *generation) document(data []byte, out dialect.Emit) error {
	a.body = data
	r := &a.Outer
	r.Reset(data)
	for r.Next() {
		if r.Kind() != jsontext.Array {
			a.fields(out)
			continue
		}
		r.Array()
		for r.More() {
			a.fields(out)
		}
	}
	return r.Err()
}

func (a *generation) fields(out dialect.Emit) {
	r, resp := &a.Outer, a.Response
	for key := range r.Fields() {
		switch string(key) {
		case "candidates":
			a.candidates(out)
		case "usageMetadata":
			a.usage(r)
		case "modelVersion":
			r.Once(&resp.Model)
		case "responseId":
			r.Once(&resp.ID)
		case "createTime":
			if text := r.Text(); resp.Created.IsZero() {
				resp.Created = created(text)
			}
		case "promptFeedback":
			a.feedback()
		case "error":
			a.Fail(edge.ParseValue(r))
		default:
			r.Skip()
		}
	}
}

// candidates takes in the first one: no more are asked for.
func (a *generation) candidates(out dialect.Emit) {
	r := &a.Outer
	if !r.Array() {
		return
	}
	for first := true; r.More(); first = false {
		if first {
			a.candidate(out)
		} else {
			r.Skip()
		}
	}
}

func created(text []byte) time.Time {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

func (a *generation) candidate(out dialect.Emit) {
	r := &a.Outer
	for key := range r.Fields() {
		a.Begun = true
		switch string(key) {
		case "content":
			a.content(out)
		case "finishReason":
			if reason := r.String(); isReason(reason) {
				a.Response.RawFinishReason, a.Finished = reason, true
			}
		case "finishMessage":
			a.Explanation = r.String()
		default: // ratings, citations, grounding
			r.Skip()
		}
	}
}

// isReason tells a reason from the words for none.
func isReason(word string) bool { return word != "" && !strings.HasSuffix(word, "_UNSPECIFIED") }

// feedback reads why a prompt was not answered.
func (a *generation) feedback() {
	r := &a.Outer
	for key := range r.Fields() {
		switch string(key) {
		case "blockReason":
			if reason := r.String(); isReason(reason) {
				a.Response.RawFinishReason = reason
				a.Begun, a.Finished, a.blocked = true, true, true
			}
		case "blockReasonMessage":
			a.Explanation = r.String()
		default:
			r.Skip()
		}
	}
}

func (a *generation) content(out dialect.Emit) {
	r := &a.Outer
	for key := range r.Fields() {
		if string(key) != "parts" {
			r.Skip()
			continue
		}
		if r.Array() {
			for r.More() {
				a.part(out)
			}
		}
	}
}
