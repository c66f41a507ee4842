package openai

import (
	"encoding/json"

	"github.com/seed63918563/llmgate/request"
)

// ParseResponsesRequest reads a request body of the Responses API, the inverse of what a Client of that API sends. It treats
// fields without a name in the vocabulary and faults like [ParseRequest]. Tools that the provider runs itself, such as web
// search, are among them: with one of them, tools and tool_choice are kept in Extra as they stand, beside the functions in
// Tools. That a Client stores nothing and asks for encrypted reasoning is not kept.
func ParseResponsesRequest(body []byte, provider string) (request.Request, error) {
	var p responsesParser
	_, err := p.Parse(body, provider, p.top)
	if p.instructions != "" {
		p.Req.Messages = append([]request.Message{{Role: request.RoleSystem, Content: p.instructions}}, p.Req.Messages...)
	}
	p.keepChoice()
	return p.Req, err
}

// responsesParser reads like the parser of the other API what the two have in common.
type responsesParser struct {
	parser
	instructions string // stand before the input, wherever the field does
	hosted       bool   // some tool is not a function
	choice       json.RawMessage
}

func (p *responsesParser) top(key string) {
	if !p.prompt(key) && !p.shape(key) && !p.state(key) && !p.sampled(key) {
		p.Extra(key)
	}
}

// prompt reads what the model is told.
func (p *responsesParser) prompt(key string) bool {
	switch key {
	case "model":
		p.Text(&p.Req.Model)
	case "instructions":
		p.Text(&p.instructions)
	case "input":
		p.input()
	case "tools":
		p.tools()
	case "tool_choice":
		p.toolChoice()
	case "parallel_tool_calls":
		p.Truth(&p.Req.ParallelToolCalls)
	default:
		return false
	}
	return true
}

// sampled reads how the answer is to be made.
func (p *responsesParser) sampled(key string) bool {
	r := &p.Req
	switch key {
	case "max_output_tokens":
		p.Whole(&r.MaxTokens)
	case "temperature":
		p.Number(&r.Temperature)
	case "top_p":
		p.Number(&r.TopP)
	case "service_tier":
		p.Text(&r.ServiceTier)
	case "user", "safety_identifier":
		p.Text(&r.User)
	case "prompt_cache_key":
		p.Text(&r.PromptCacheKey)
	default:
		return false
	}
	return true
}

// shape reads objects of which the vocabulary knows a part; the rest of them is kept.
func (p *responsesParser) shape(key string) bool {
	switch key {
	case "text":
		p.partly(key, func(field string) bool {
			if field == "format" {
				p.textFormat()
			}
			return field == "format"
		})
	case "reasoning":
		p.partly(key, func(field string) bool {
			if field == "effort" {
				p.Text((*string)(&p.Req.ReasoningEffort))
			}
			return field == "effort"
		})
	default:
		return false
	}
	return true
}

// partly reads an object and keeps as Extra what known does not take.
func (p *responsesParser) partly(name string, known func(field string) bool) {
	rest := map[string]json.RawMessage{}
	p.Fields(func(field string) {
		if !known(field) {
			rest[field] = p.Copy()
		}
	})
	if kept, err := json.Marshal(rest); err == nil && len(rest) > 0 {
		p.Keep(name, kept)
	}
}

func (p *responsesParser) textFormat() {
	f := &p.Req.ResponseFormat
	p.Fields(func(key string) {
		if key != "type" {
			p.schemaField(key)
			return
		}
		var kind string
		if p.Text(&kind); kind == "json_object" {
			kind = string(request.FormatJSON)
		}
		f.Type = request.FormatType(kind)
	})
}

// state passes over what a Client always sends, and keeps anything else.
func (p *responsesParser) state(key string) bool {
	switch key {
	case "stream", "stream_options": // how the answer travels is the caller's choice
		p.R.Skip()
	case "store":
		var store *bool
		if p.Truth(&store); store != nil && *store {
			p.Keep(key, json.RawMessage("true"))
		}
	case "background":
		var background *bool
		if p.Truth(&background); background != nil && *background {
			p.Fault("", "an answer is waited for; leave it out")
		}
	case "include":
		p.include()
	default:
		return false
	}
	return true
}

func (p *responsesParser) include() {
	raw, other := p.Ahead(), false
	p.Elements(func() {
		var name string
		p.Text(&name)
		other = other || name != "reasoning.encrypted_content"
	})
	if other {
		p.Keep("include", raw)
	}
}
