package openai

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) format() {
	f := &p.Req.ResponseFormat
	p.Fields(func(key string) {
		switch key {
		case "type":
			var kind string
			p.Text(&kind)
			if kind == "json_object" {
				kind = string(request.FormatJSON)
			}
			f.Type = request.FormatType(kind)
		case "json_schema":
			p.Fields(p.schemaField)
		default:
			p.Unknown(key)
		}
	})
}

func (p *parser) schemaField(key string) {
	f := &p.Req.ResponseFormat
	switch key {
	case "name":
		p.Text(&f.Name)
	case "description":
		p.Text(&f.Description)
	case "schema":
		f.Schema = p.RawObject()
	case "strict":
		var strict *bool
		p.Truth(&strict)
		f.Strict = strict != nil && *strict
	default:
		p.Unknown(key)
	}
}

func (p *parser) tool() {
	var t request.Tool
	kind, other := "function", ""
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&kind)
		case "function":
			p.Fields(func(key string) { p.function(&t, key) })
		case "cache_control":
			t.Cache = p.cacheMark()
		default:
			other = key
			p.R.Skip()
		}
	})
	if kind != "function" {
		p.Fault("type", "%q is not supported; only functions are", kind)
		return
	}
	if other != "" {
		p.Fault(other, "is not supported; remove it")
	}
	p.Req.Tools = append(p.Req.Tools, t)
}

func (p *parser) function(t *request.Tool, key string) {
	switch key {
	case "name":
		p.Text(&t.Name)
	case "description":
		p.Text(&t.Description)
	case "parameters":
		t.Parameters = p.RawObject()
	case "strict":
		p.Truth(&t.Strict)
	default:
		p.Unknown(key)
	}
}

// toolChoice reads a word, or the object that names a function.
func (p *parser) toolChoice() {
	c := &p.Req.ToolChoice
	if p.R.Kind() == jsontext.String {
		c.Mode = request.ToolMode(p.R.String())
		if c.Mode == "any" {
			c.Mode = request.ToolRequired
		}
		return
	}
	p.Fields(func(key string) {
		switch key {
		case "type":
			var kind string
			if p.Text(&kind); kind != "function" {
				p.Fault("", "%q is not supported; only functions are", kind)
			}
		case "function":
			c.Mode = request.ToolNamed
			p.Fields(func(key string) {
				if key == "name" {
					p.Text(&c.Name)
				} else {
					p.Unknown(key)
				}
			})
		default:
			p.Unknown(key)
		}
	})
}
