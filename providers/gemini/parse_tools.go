package gemini

import (
	"encoding/json"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// tool reads functions. A built-in tool beside them is the provider's own.
func (p *parser) tool() {
	p.Fields(func(key string) {
		if key = camel(key); key == "functionDeclarations" {
			p.Elements(p.function)
			return
		}
		name, _ := json.Marshal(key)
		value := p.Copy()
		p.KeepElement("tools", json.RawMessage("{"+string(name)+":"+string(value)+"}"))
	})
}

func (p *parser) function() {
	var t request.Tool
	p.Fields(func(key string) {
		switch camel(key) {
		case "name":
			p.Text(&t.Name)
		case "description":
			p.Text(&t.Description)
		case "parametersJsonSchema":
			t.Parameters = p.RawObject()
		case "parameters":
			t.Parameters = p.schema()
		default:
			p.Unknown(key)
		}
	})
	p.Req.Tools = append(p.Req.Tools, t)
}

func (p *parser) toolConfig(key string) {
	if key = camel(key); key != "functionCallingConfig" {
		p.KeepIn("toolConfig", key, p.Copy())
		return
	}
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	raw := p.Ahead()
	var mode string
	var names []string
	other := false
	p.Fields(func(key string) {
		switch camel(key) {
		case "mode":
			p.Text(&mode)
		case "allowedFunctionNames":
			p.Texts(&names)
		default:
			other = true
			p.R.Skip()
		}
	})
	if other || !p.choice(mode, names) {
		p.KeepIn("toolConfig", key, raw)
	}
}

// choice reports whether the vocabulary can say the choice; it knows one allowed function or all.
func (p *parser) choice(mode string, names []string) bool {
	c := &p.Req.ToolChoice
	switch {
	case mode == "ANY" && len(names) == 1:
		*c = request.ToolChoice{Mode: request.ToolNamed, Name: names[0]}
	case len(names) > 0:
		return false
	case mode == "ANY":
		c.Mode = request.ToolRequired
	case mode == "NONE":
		c.Mode = request.ToolNone
	case mode == "AUTO":
		c.Mode = request.ToolAuto
	case mode == "VALIDATED":
		c.Mode, p.strict = request.ToolAuto, true
	case mode != "" && mode != "MODE_UNSPECIFIED":
		p.Fault("mode", "%q is unknown; use AUTO, ANY, NONE or VALIDATED", mode)
	}
	return true
}
