package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// emptySchema stands for a tool without arguments: OpenAI lets the schema be left out, other servers don't.
const emptySchema = `{"type":"object","properties":{}}`

func (e *encoder) tools() {
	r := e.call.Req
	if len(r.Tools) == 0 { // OpenAI refuses the fields below without tools
		return
	}
	if e.Field("tools") {
		e.Raw("[")
		for i := range r.Tools {
			e.Comma()
			e.tool(&r.Tools[i])
		}
		e.Raw("]")
	}
	if r.ToolChoice.Mode != "" && e.Field("tool_choice") {
		e.toolChoice(r.ToolChoice)
	}
	e.OptionalBool("parallel_tool_calls", r.ParallelToolCalls)
}

func (e *encoder) tool(t *request.Tool) {
	e.Raw(`{"type":"function","function":{`)
	writeFunction(&e.Writer, t)
	e.Raw("}")
	if t.Cache != nil {
		e.cacheMark(*t.Cache)
	}
	e.Raw("}")
}

// writeFunction writes the fields of a function, which both APIs have.
func writeFunction(w *jsontext.Writer, t *request.Tool) {
	w.Text("name", t.Name)
	w.TextIf("description", t.Description)
	w.Key("parameters")
	if len(t.Parameters) > 0 {
		w.Value(t.Parameters)
	} else {
		w.Raw(emptySchema)
	}
	if t.Strict != nil {
		w.Key("strict")
		w.Bool(*t.Strict)
	}
}

func (e *encoder) toolChoice(c request.ToolChoice) {
	switch c.Mode {
	case request.ToolNamed:
		e.Raw(`{"type":"function","function":{`)
		e.Text("name", c.Name)
		e.Raw("}}")
	case request.ToolRequired:
		e.String(e.quirks.requiredChoice())
	default:
		e.String(string(c.Mode))
	}
}

func (e *encoder) toolCalls(parts []request.Part) {
	e.Key("tool_calls")
	e.Raw("[")
	for j, p := range parts {
		if marksCall(parts, j) {
			e.markLast(p.(request.CacheBreakpoint))
		}
		if call, ok := p.(request.ToolCall); ok {
			writeToolCall(&e.Writer, &call)
		}
	}
	e.Raw("]")
}

func writeToolCall(w *jsontext.Writer, call *request.ToolCall) {
	w.Comma()
	w.Raw("{")
	w.Text("id", call.ID)
	w.Raw(`,"type":"function","function":{`)
	w.Text("name", call.Name)
	w.Text("arguments", cmp.Or(call.Arguments, "{}"))
	w.Raw("}")
	if call.Signature != "" {
		w.Raw(`,"extra_content":{"google":{`)
		w.Text("thought_signature", call.Signature)
		w.Raw("}}")
	}
	w.Raw("}")
}
