package openai

import (
	"encoding/json"
	"strconv"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// maxCalls bounds the tool calls of one answer, so that a server can't make the client reserve memory without end.
const maxCalls = 1024

// calls sorts pieces of tool calls into calls. Servers number them in several ways: by index, by id, by neither, or all
// with index 0.
type calls struct {
	slots []slot
}

type slot struct {
	index     int64
	id, name  string
	arguments []byte // kept only where id can't tell calls apart
}

// piece is one element of tool_calls.
type piece struct {
	index     int64
	hasIndex  bool
	id, name  string
	arguments []byte
	signature string
}

// slot finds the call a piece belongs to, or starts one. started tells which; ok is false beyond maxCalls.
func (c *calls) slot(p *piece) (n int, started, ok bool) {
	for n = len(c.slots) - 1; n >= 0; n-- {
		if c.slots[n].owns(p) {
			return n, false, true
		}
	}
	if len(c.slots) == maxCalls {
		return 0, false, false
	}
	if !p.hasIndex && p.id == "" && p.name == "" && len(c.slots) > 0 {
		return len(c.slots) - 1, false, true
	}
	c.slots = append(c.slots, slot{index: p.index, id: p.id, name: p.name})
	return len(c.slots) - 1, true, true
}

func (s *slot) owns(p *piece) bool {
	switch {
	case p.hasIndex && p.index != s.index:
		return false
	case p.id != "" && s.id != "":
		return p.id == s.id
	case p.id != "" || p.name == "":
		return p.hasIndex
	}
	// A name again, without an id: a new call if the one before is whole.
	return p.hasIndex && !json.Valid(s.arguments)
}

func (a *answer) toolCalls(raw []byte, out emit) {
	if len(raw) == 0 {
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	if !r.Array() {
		return
	}
	for r.More() {
		p := readPiece(r)
		a.call(&p, out)
	}
}

// functionCall takes the call of servers from before tools.
func (a *answer) functionCall(raw []byte, out emit) {
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	p := piece{hasIndex: true}
	p.function(r)
	a.call(&p, out)
}

func (a *answer) call(p *piece, out emit) {
	n, started, ok := a.calls.slot(p)
	if !ok {
		a.failure = &wireError{message: "more than " + strconv.Itoa(maxCalls) + " tool calls in one answer"}
		return
	}
	s := &a.calls.slots[n]
	id := ""
	if started {
		if id = p.id; id == "" {
			id = "call_" + orDefault(a.response.ID, "0") + "_" + strconv.Itoa(n)
		}
	} else {
		p.name = "" // repeated
	}
	if s.id == "" {
		s.arguments = append(s.arguments, p.arguments...)
	}
	delta := a.parts.Call(n, id, p.name, p.arguments)
	if p.signature != "" {
		delta.Signature = p.signature
		a.parts.SignCall(n, p.signature)
	}
	if !delta.IsZero() {
		send(out, request.Chunk{ToolCall: delta})
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
