package openai

import (
	"encoding/json"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// slot is a tool call that is being put together. Servers number the pieces of calls in several ways: by index, by id, by
// neither, or all with index 0.
type slot struct {
	index int64
	id    string
	named bool
}

// piece is one element of tool_calls.
type piece struct {
	index     int64
	hasIndex  bool
	id, name  string
	arguments []byte
	signature string
}

// toolCalls takes the calls of a whole message, each of which is a call of its own, or of a delta.
func (a *chat) toolCalls(raw []byte, whole bool, out dialect.Emit) {
	r := new(jsontext.Reader)
	r.Reset(raw)
	if len(raw) == 0 || !r.Array() {
		return
	}
	for r.More() {
		p := readPiece(r)
		n := -1
		if !whole {
			n = a.owner(&p)
		}
		a.call(n, &p, out)
	}
}

// functionCall takes the call of servers from before tools.
func (a *chat) functionCall(raw []byte, out dialect.Emit) {
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	p := piece{hasIndex: true}
	p.function(r)
	a.call(a.owner(&p), &p, out)
}

// owner finds the call that a piece goes on with; -1 starts a new one.
func (a *chat) owner(p *piece) int {
	for n := len(a.calls) - 1; n >= 0; n-- {
		if a.owns(n, p) {
			return n
		}
	}
	return -1
}

func (a *chat) owns(n int, p *piece) bool {
	s := &a.calls[n]
	switch {
	case p.hasIndex && p.index != s.index:
		return false
	case p.name != "" && len(p.arguments) > 0 && isWhole(a.Parts.Arguments(n)):
		return false // a call with all its arguments after a call with all of its own
	case p.hasIndex && p.name == "":
		return true // whatever its id: some servers give each piece a fresh one
	case p.id != "" && s.id != "":
		return p.id == s.id
	case p.hasIndex:
		return true
	}
	return p.id == "" && p.name == "" // says nothing of where it belongs: the last one
}

// isWhole reports whether arguments are a complete object. The cheap test comes first: it is asked at every piece.
func isWhole(arguments string) bool {
	return strings.HasSuffix(arguments, "}") && json.Valid([]byte(arguments))
}

func (a *chat) call(n int, p *piece, out dialect.Emit) {
	id, name := "", ""
	if n < 0 {
		var ok bool
		if n, ok = a.BeginCall(); !ok {
			return
		}
		a.calls = append(a.calls, slot{index: p.index, id: p.id})
		id = a.CallID(p.id, n)
	}
	if s := &a.calls[n]; !s.named && p.name != "" { // it may come after the id
		name, s.named = p.name, true
	}
	delta := a.Parts.Call(n, id, name, p.arguments)
	if p.signature != "" {
		delta.Signature = p.signature
		a.Parts.SignCall(n, p.signature)
	}
	if !delta.IsZero() {
		out.Send(request.Chunk{ToolCall: delta})
	}
}

func readPiece(r *jsontext.Reader) (p piece) {
	for key := range r.Fields() {
		switch string(key) {
		case "index":
			p.hasIndex = r.Kind() == jsontext.Number
			p.index = r.Int()
		case "id":
			p.id = r.String()
		case "function":
			p.function(r)
		case "extra_content":
			p.signature = thoughtSignature(r)
		default:
			r.Skip()
		}
	}
	return p
}

// function reads the name and the arguments, which are a string by the standard and an object at some servers.
func (p *piece) function(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			p.name = r.String()
		case "arguments":
			switch r.Kind() {
			case jsontext.String:
				p.arguments = append([]byte(nil), r.Text()...)
			case jsontext.Object:
				p.arguments = r.Raw()
			default:
				r.Skip()
			}
		default:
			r.Skip()
		}
	}
}

// thoughtSignature reads extra_content.google.thought_signature, which Gemini wants back with the call.
func thoughtSignature(r *jsontext.Reader) (signature string) {
	for key := range r.Fields() {
		if string(key) != "google" {
			r.Skip()
			continue
		}
		for key := range r.Fields() {
			if string(key) == "thought_signature" {
				signature = r.String()
			} else {
				r.Skip()
			}
		}
	}
	return signature
}
