package anthropic

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// tool reads a function. Other tools, and fields that the vocabulary has no name for, make the whole list foreign: it is
// then kept as it stands, and what was read of it serves only to check the request.
func (p *parser) tool() {
	var t request.Tool
	kind, plain := "custom", true
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&kind)
		case "name":
			p.Text(&t.Name)
		case "description":
			p.Text(&t.Description)
		case "input_schema":
			t.Parameters = p.RawObject()
		case "strict":
			p.Truth(&t.Strict)
		case "cache_control":
			t.Cache = p.cacheMark()
		default:
			plain = plain && p.R.Kind() == jsontext.Null
			p.R.Skip()
		}
	})
	p.foreignTools = p.foreignTools || !plain || kind != "custom"
	if kind == "custom" {
		p.Req.Tools = append(p.Req.Tools, t)
	}
}

func (p *parser) toolChoice() {
	c := &p.Req.ToolChoice
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.choiceMode(c)
		case "name":
			p.Text(&c.Name)
		case "disable_parallel_tool_use":
			var disabled *bool
			if p.Truth(&disabled); disabled != nil {
				p.Req.ParallelToolCalls = new(!*disabled)
			}
		default:
			p.Unknown(key)
		}
	})
}

func (p *parser) choiceMode(c *request.ToolChoice) {
	var kind string
	p.Text(&kind)
	for mode, word := range wireModes {
		if word == kind {
			c.Mode = mode
			return
		}
	}
	p.Fault("", "%q is unknown; use auto, any, tool or none", kind)
}
