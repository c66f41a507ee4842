package gemini

import "github.com/seed63918563/llmgate/request"

// tools writes the request's functions, and beside them what Extra has of built-in tools.
func (e *encoder) tools() {
	functions, own := e.call.Req.Tools, e.ExtraList("tools")
	if len(functions) == 0 && len(own) == 0 {
		return
	}
	e.Key("tools")
	e.Raw("[")
	if len(functions) > 0 {
		e.Raw(`{"functionDeclarations":[`)
		for i := range functions {
			e.function(&functions[i])
		}
		e.Raw("]}")
	}
	if len(own) > 0 {
		e.Comma()
		e.Value(own)
	}
	e.Raw("]")
}

// function sends the arguments' schema as JSON Schema. The older field "parameters" takes a notation of the API's own, in which
// much of JSON Schema can't be said and is refused.
func (e *encoder) function(t *request.Tool) {
	e.Comma()
	e.Raw("{")
	e.Text("name", t.Name)
	e.TextIf("description", t.Description)
	if len(t.Parameters) > 0 {
		e.Key("parametersJsonSchema")
		e.Value(t.Parameters)
	}
	e.Raw("}")
	if t.Cache != nil {
		e.warnCache()
	}
}

func (e *encoder) toolConfig() {
	r := e.call.Req
	if len(r.Tools) == 0 {
		return
	}
	e.WarnIf(r.ParallelToolCalls != nil && !*r.ParallelToolCalls, "parallel_tool_calls", "not sent: the API can't forbid several calls in one answer")
	mode := mode(r)
	if mode == "" || !e.Field("functionCallingConfig") {
		return
	}
	e.Raw("{")
	e.Text("mode", mode)
	if r.ToolChoice.Mode == request.ToolNamed {
		e.Key("allowedFunctionNames")
		e.Strings([]string{r.ToolChoice.Name})
	}
	e.Raw("}")
}

// mode is the API's word for a choice of tools. It can't hold one function to its schema; VALIDATED holds all of them, and
// calls that must be made are held to it anyway.
func mode(r *request.Request) string {
	switch r.ToolChoice.Mode {
	case request.ToolNone:
		return "NONE"
	case request.ToolRequired, request.ToolNamed:
		return "ANY"
	}
	for i := range r.Tools {
		if strict := r.Tools[i].Strict; strict != nil && *strict {
			return "VALIDATED"
		}
	}
	if r.ToolChoice.Mode == request.ToolAuto {
		return "AUTO"
	}
	return ""
}
