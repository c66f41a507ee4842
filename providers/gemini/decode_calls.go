package gemini

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// call takes a function call, which always comes whole.
func (a *generation) call(p *part, out dialect.Emit) {
	n, ok := a.BeginCall()
	if !ok {
		return
	}
	call, whole := readCall(p.call)
	if !whole {
		a.Fail(&edge.Failure{Message: "the arguments of a tool call came in pieces, which are not read; don't ask for streamFunctionCallArguments"})
		return
	}
	if call.ID == "" {
		call.ID = a.callID(n)
	}
	delta := a.Parts.Call(n, call.ID, call.Name, []byte(call.Arguments))
	if p.signature != "" {
		delta.Signature = p.signature
		a.Parts.SignCall(n, p.signature)
	}
	out.Send(request.Chunk{ToolCall: delta})
}

// callID makes up an id that no other call of the conversation has: it holds the answer's own id, or else the length of the
// conversation.
func (a *generation) callID(n int) string {
	answer := cmp.Or(a.Response.ID, responseID(a.body), strconv.Itoa(len(a.Req.Messages)))
	return dialect.MadeUp + answer + "_" + strconv.Itoa(n)
}

// responseID looks ahead for the id of an answer, which stands behind its content.
func responseID(body []byte) (id string) {
	var r jsontext.Reader
	r.Reset(body)
	for key := range r.Fields() {
		if string(key) == "responseId" {
			id = r.String()
		} else {
			r.Skip()
		}
	}
	return id
}

// readCall reads a call without its signature, and whether it is whole.
func readCall(raw []byte) (call request.ToolCall, whole bool) {
	var r jsontext.Reader
	r.Reset(raw)
	call.Arguments, whole = "{}", true
	for key := range r.Fields() {
		switch string(key) {
		case "id":
			call.ID = r.String()
		case "name":
			call.Name = r.String()
		case "args":
			if args := r.Raw(); len(args) > 0 && args[0] == '{' {
				call.Arguments = compact(args)
			}
		case "partialArgs":
			whole = r.Kind() == jsontext.Null
			r.Skip()
		case "willContinue":
			whole = !r.Bool() && whole
		default:
			r.Skip()
		}
	}
	return call, whole
}

// compact takes out the spacing with which the server, not the model, lays out arguments.
func compact(args []byte) string {
	if bytes.IndexByte(args, '\n') < 0 {
		return string(args)
	}
	var b bytes.Buffer
	if json.Compact(&b, args) != nil {
		return string(args)
	}
	return b.String()
}
