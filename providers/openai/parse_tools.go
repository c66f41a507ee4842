package openai

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) format() {
	f := &p.req.ResponseFormat
	p.fields(func(key string) {
		switch key {
		case "type":
			var kind string
			p.text(&kind)
			if kind == "json_object" {
				kind = string(request.FormatJSON)
			}
			f.Type = request.FormatType(kind)
		case "json_schema":
			p.fields(p.schemaField)
		default:
			p.unknown(key)
		}
	})
}

func (p *parser) schemaField(key string) {
	f := &p.req.ResponseFormat
	switch key {
	case "name":
		p.text(&f.Name)
	case "description":
		p.text(&f.Description)
	case "schema":
		f.Schema = p.rawObject()
	case "strict":
		var strict *bool
		p.truth(&strict)
		f.Strict = strict != nil && *strict
	default:
		p.unknown(key)
	}
}

// rawObject keeps an object as it stands.
func (p *parser) rawObject() jsonRaw {
	if !p.expect(jsontext.Object, "an object") {
		return nil
	}
	return append(jsonRaw(nil), p.r.Raw()...)
}

func (p *parser) tool() {
	var t request.Tool
	kind, other := "function", ""
	p.fields(func(key string) {
		switch key {
		case "type":
			p.text(&kind)
		case "function":
			p.fields(func(key string) { p.function(&t, key) })
		case "cache_control":
			t.Cache = p.cacheMark()
		default:
			other = key
			p.r.Skip()
		}
	})
	if kind != "function" {
		p.fault("type", "%q is not supported; only functions are", kind)
		return
	}
	if other != "" {
		p.fault(other, "is not supported; remove it")
	}
	p.req.Tools = append(p.req.Tools, t)
}

func (p *parser) function(t *request.Tool, key string) {
	switch key {
	case "name":
		p.text(&t.Name)
	case "description":
		p.text(&t.Description)
	case "parameters":
		t.Parameters = p.rawObject()
	case "strict":
		p.truth(&t.Strict)
	default:
		p.unknown(key)
	}
}

// toolChoice reads a word, or the object that names a function.
func (p *parser) toolChoice() {
	c := &p.req.ToolChoice
	if p.r.Kind() == jsontext.String {
		c.Mode = request.ToolMode(p.r.String())
		if c.Mode == "any" {
			c.Mode = request.ToolRequired
		}
		return
	}
	p.fields(func(key string) {
		switch key {
		case "type":
			var kind string
			if p.text(&kind); kind != "function" {
				p.fault("", "%q is not supported; only functions are", kind)
			}
		case "function":
			c.Mode = request.ToolNamed
			p.fields(func(key string) {
				if key == "name" {
					p.text(&c.Name)
				} else {
					p.unknown(key)
				}
			})
		default:
			p.unknown(key)
		}
	})
}
