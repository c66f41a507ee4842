package langchain

import (
	"bytes"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
)

// joinTurns writes messages so that those of one role in a row become one. langchaingo sends only the first part of an
// assistant's or tool message, so each part is given to it as a message of its own; yet the API wants the results of parallel
// calls in one message, right after that with the calls.
func joinTurns(e *dialect.Encoder, messages []byte) {
	e.Raw("[")
	var r jsontext.Reader
	r.Reset(messages)
	last := ""
	for r.Array(); r.More(); {
		role, blocks := turnOf(&r)
		if role != last {
			if last != "" {
				e.Raw("]}")
			}
			e.Comma()
			e.Raw("{")
			e.Text("role", role)
			e.Raw(`,"content":[`)
			last = role
		}
		e.Comma()
		e.Value(blocks)
	}
	if last != "" {
		e.Raw("]}")
	}
	e.Raw("]")
}

// turnOf reads a message: its role, and its content, which langchaingo writes as a list, without the brackets.
func turnOf(r *jsontext.Reader) (role string, blocks []byte) {
	for key := range r.Fields() {
		switch string(key) {
		case "role":
			role = r.String()
		case "content":
			blocks = bytes.TrimSuffix(bytes.TrimPrefix(r.Raw(), []byte("[")), []byte("]"))
		default:
			r.Skip()
		}
	}
	return role, blocks
}
