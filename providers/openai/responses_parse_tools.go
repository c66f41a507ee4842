package openai

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// tools reads functions. With any other tool among them the list is kept as it stands, too.
func (p *responsesParser) tools() {
	raw, hosted := p.Ahead(), false
	p.Elements(func() { hosted = p.flatTool() || hosted })
	if hosted {
		p.Keep("tools", raw)
		p.hosted = true
	}
}

// flatTool reads a tool, whose fields stand beside its type. It reports whether the tool is other than a function.
func (p *responsesParser) flatTool() (hosted bool) {
	if kind := p.TypeAhead(); kind != "function" && kind != "" {
		p.R.Skip()
		return true
	}
	var t request.Tool
	p.Fields(func(key string) {
		if key == "type" {
			p.R.Skip()
		} else {
			p.function(&t, key)
		}
	})
	p.Req.Tools = append(p.Req.Tools, t)
	return false
}

// toolChoice reads a word, or the object that names a function. What directs other tools is kept as it stands.
func (p *responsesParser) toolChoice() {
	p.choice = p.Ahead()
	c := &p.Req.ToolChoice
	if p.R.Kind() == jsontext.String {
		c.Mode = request.ToolMode(p.R.String())
		return
	}
	if kind := p.TypeAhead(); kind != "function" && kind != "" {
		p.Extra("tool_choice")
		return
	}
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.R.Skip()
		case "name":
			c.Mode = request.ToolNamed
			p.Text(&c.Name)
		default:
			p.Unknown(key)
		}
	})
}

// keepChoice moves the choice to where the tools are that it is about.
func (p *responsesParser) keepChoice() {
	if p.hosted && len(p.choice) > 0 {
		p.Req.ToolChoice = request.ToolChoice{}
		p.Keep("tool_choice", p.choice)
	}
}
