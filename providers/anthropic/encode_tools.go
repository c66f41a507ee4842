package anthropic

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// emptySchema stands for a tool without arguments: the API demands a schema.
const emptySchema = `{"type":"object","properties":{}}`

// planFormat decides how the answer is held to JSON: by the API's own means where the model has them, else by a tool that
// the model must call and whose input is the answer.
func (e *encoder) planFormat() {
	f := &e.call.Req.ResponseFormat
	switch f.Type {
	case "", request.FormatText:
		return
	case request.FormatJSONSchema:
		if f.Description != "" && e.model.structured() {
			e.Warn("response_format.description", "not sent: the provider has no such parameter; put it into the schema")
		}
		if e.native = e.model.structured(); e.native {
			return
		}
	}
	if mode := e.call.Req.ToolChoice.Mode; mode == request.ToolRequired || mode == request.ToolNamed {
		e.Warn("response_format", "not sent: tool_choice demands a call of a tool instead of an answer")
		return
	}
	e.answerTool = cmp.Or(f.Name, "response")
	if slices.ContainsFunc(e.call.Req.Tools, func(t request.Tool) bool { return t.Name == e.answerTool }) {
		e.Fault("response_format.name", "a tool has the name "+e.answerTool+"; choose another")
	}
	e.Warn("response_format", "asked for by a tool whose input is the answer: the model has no other way to be held to it")
}

// mustCall: the model has no choice but to call a tool.
func (e *encoder) mustCall() bool {
	mode := e.call.Req.ToolChoice.Mode
	return e.answerTool != "" || len(e.call.Req.Tools) > 0 && (mode == request.ToolRequired || mode == request.ToolNamed)
}

func (e *encoder) tools() {
	r := e.call.Req
	if len(r.Tools) == 0 && e.answerTool == "" {
		return
	}
	if e.Field("tools") {
		e.Raw("[")
		for i := range r.Tools {
			e.Comma()
			e.tool(&r.Tools[i])
		}
		if e.answerTool != "" {
			e.Comma()
			e.formatTool()
		}
		e.Raw("]")
	} else if e.answerTool != "" {
		e.Fault("response_format", "needs a tool, but the extra field tools stands in the place of all tools; remove one of the two")
	}
	if choice := e.choice(); choice.Mode != "" && e.Field("tool_choice") {
		e.toolChoice(choice)
	}
}

func (e *encoder) tool(t *request.Tool) {
	e.Raw("{")
	e.Text("name", t.Name)
	e.TextIf("description", t.Description)
	e.Key("input_schema")
	if len(t.Parameters) > 0 {
		e.Value(t.Parameters)
	} else {
		e.Raw(emptySchema)
	}
	switch {
	case t.Strict == nil:
	case e.model.structured():
		e.Key("strict")
		e.Bool(*t.Strict)
	case *t.Strict:
		e.Warn("tools.strict", "not sent: the model can't be held to a schema")
	}
	if t.Cache != nil {
		e.cacheMark(*t.Cache)
	}
	e.Raw("}")
}

// formatTool stands for the answer; without a schema, any object will do.
func (e *encoder) formatTool() {
	f := &e.call.Req.ResponseFormat
	e.Raw("{")
	e.Text("name", e.answerTool)
	e.Text("description", cmp.Or(f.Description, "Gives the answer. Call it once, with the whole answer as its input."))
	e.Key("input_schema")
	if len(f.Schema) > 0 {
		e.Value(f.Schema)
	} else {
		e.Raw(`{"type":"object"}`)
	}
	e.Raw("}")
}

// choice is the caller's, or the one that makes the model give its answer by the tool: that tool, or any where others may
// have to be called before.
func (e *encoder) choice() request.ToolChoice {
	c := e.call.Req.ToolChoice
	switch {
	case e.answerTool == "":
		if c.Mode == "" && e.call.Req.ParallelToolCalls != nil {
			c.Mode = request.ToolAuto
		}
		return c
	case len(e.call.Req.Tools) > 0 && c.Mode != request.ToolNone:
		return request.ToolChoice{Mode: request.ToolRequired}
	}
	return request.ToolChoice{Mode: request.ToolNamed, Name: e.answerTool}
}

// wireModes are the API's words for the modes.
var wireModes = map[request.ToolMode]string{
	request.ToolAuto: "auto", request.ToolNone: "none", request.ToolRequired: "any", request.ToolNamed: "tool",
}

func (e *encoder) toolChoice(c request.ToolChoice) {
	e.Raw("{")
	e.Text("type", wireModes[c.Mode])
	e.TextIf("name", c.Name)
	if parallel := e.call.Req.ParallelToolCalls; parallel != nil && c.Mode != request.ToolNone {
		e.Key("disable_parallel_tool_use")
		e.Bool(!*parallel)
	}
	e.Raw("}")
}

// toolUse writes a call. Its input must be an object, which what a model wrote is not always.
func (e *encoder) toolUse(c *request.ToolCall) {
	e.Comma()
	e.Raw(`{"type":"tool_use"`)
	e.Text("id", wireID(c.ID))
	e.Text("name", c.Name)
	e.Key("input")
	switch {
	case c.Arguments == "":
		e.Raw(`{}`)
	case isObject(c.Arguments):
		e.Raw(c.Arguments)
	default:
		e.Raw("{")
		e.Text("INVALID_JSON", c.Arguments)
		e.Raw("}")
		e.Warn("tool_call.arguments", "sent as the field INVALID_JSON of an object: they are no JSON object")
	}
	e.endBlock()
}

func isObject(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case ' ', '\t', '\n', '\r':
			continue
		}
		return text[i] == '{' && json.Valid([]byte(text))
	}
	return false
}

// wireID makes an ID that the API takes out of any: other providers use more characters.
func wireID(id string) string {
	if !slices.ContainsFunc([]byte(id), notInID) {
		return id
	}
	clean := []byte(id)
	for i, c := range clean {
		if notInID(c) {
			clean[i] = '_'
		}
	}
	return string(clean)
}

func notInID(c byte) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-')
}
