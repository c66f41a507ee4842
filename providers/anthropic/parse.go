package anthropic

import (
	"encoding/json"
	"slices"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// ParseRequest reads a Messages request body, the inverse of what a Client sends. Fields that the vocabulary has no name
// for are kept in Extra under the given provider name; so are tools that are not functions, and ways of thinking that it
// can't say. Everything wrong is reported at once, as an *request.Error of class invalid that wraps request.Faults with the
// paths of the fields; the rest of the request is returned beside it.
func ParseRequest(body []byte, provider string) (request.Request, error) {
	var p parser
	_, err := p.Parse(body, provider, p.top)
	p.settle()
	return p.Req, err
}

type parser struct {
	dialect.Parser
	system *request.Message

	// What can only be judged when all of it has come. Where the vocabulary can't say a field, it is foreign and kept as
	// Extra, as it stands.
	rawTools, rawChoice, rawThinking, rawOutput  json.RawMessage
	foreignTools, foreignThinking, foreignOutput bool
	thinking                                     thinking
	format                                       request.ResponseFormat
}

func (p *parser) top(key string) {
	if !p.content(key) && !p.sampling(key) && !p.control(key) {
		p.Extra(key)
	}
}

func (p *parser) content(key string) bool {
	switch key {
	case "model":
		p.Text(&p.Req.Model)
	case "system":
		p.system = &request.Message{Role: request.RoleSystem}
		p.TextOrList(&p.system.Content, "blocks", func() { p.systemBlock(&p.system.Parts) })
	case "messages":
		p.Elements(p.message)
	case "tools":
		p.rawTools = p.aside(func() { p.Elements(p.tool) })
	case "tool_choice":
		p.rawChoice = p.aside(p.toolChoice)
	case "thinking":
		p.rawThinking = p.aside(p.thinkingField)
	case "output_config":
		p.rawOutput = p.aside(p.outputConfig)
	default:
		return false
	}
	return true
}

func (p *parser) sampling(key string) bool {
	r := &p.Req
	switch key {
	case "max_tokens":
		p.maxTokens()
	case "temperature":
		p.Number(&r.Temperature)
	case "top_p":
		p.Number(&r.TopP)
	case "top_k":
		p.OptionalWhole(&r.TopK)
	case "stop_sequences":
		p.Texts(&r.Stop)
	default:
		return false
	}
	return true
}

// maxTokens keeps a bound of 0, which asks for no answer at all, apart from none.
func (p *parser) maxTokens() {
	raw := p.aside(func() { p.Whole(&p.Req.MaxTokens) })
	if string(raw) == "0" {
		p.Keep("max_tokens", raw)
	}
}

func (p *parser) control(key string) bool {
	switch key {
	case "service_tier":
		p.Text(&p.Req.ServiceTier)
	case "metadata":
		p.Fields(func(key string) {
			if key == "user_id" {
				p.Text(&p.Req.User)
			} else {
				p.Unknown(key)
			}
		})
	case "stream", "anthropic_version": // how the answer travels and where it comes from is the caller's choice
		p.R.Skip()
	default:
		return false
	}
	return true
}

// aside reads a value and returns its text as well.
func (p *parser) aside(read func()) json.RawMessage {
	raw := slices.Clone(p.R.Raw())
	outer := p.R
	p.R = jsontext.Reader{}
	p.R.Reset(raw)
	if raw != nil {
		read()
	}
	p.R = outer
	return raw
}

// settle puts in place what depends on more than one field.
func (p *parser) settle() {
	req := &p.Req
	if p.system != nil && (p.system.Content != "" || len(p.system.Parts) > 0) {
		req.Messages = slices.Insert(req.Messages, 0, *p.system)
	}
	p.settleTools()
	p.settleThinking()
}

// settleTools keeps a list with anything but plain functions as it stands. A choice that is not of a function stays with it.
func (p *parser) settleTools() {
	req := &p.Req
	if !p.foreignTools {
		return
	}
	p.keep("tools", p.rawTools)
	c := &req.ToolChoice
	named := slices.ContainsFunc(req.Tools, func(t request.Tool) bool { return t.Name == c.Name })
	if len(req.Tools) == 0 || c.Mode == request.ToolNamed && !named {
		p.keep("tool_choice", p.rawChoice)
		*c, req.ParallelToolCalls = request.ToolChoice{}, nil
	}
}

// settleThinking says what it can of thinking and of the answer's form in the vocabulary's words.
func (p *parser) settleThinking() {
	req, t := &p.Req, &p.thinking
	spoken := true
	switch {
	case p.foreignThinking || p.foreignOutput:
		spoken = false
	case t.mode == "enabled" && t.effort == "":
		req.ReasoningBudget = t.budget
	case t.mode == "disabled" && t.effort == "":
		req.ReasoningEffort = request.EffortNone
	case t.mode == "adaptive" && t.effort != "":
		req.ReasoningEffort = request.Effort(t.effort)
	default:
		spoken = t.mode == "" && t.effort == ""
	}
	if !spoken {
		p.keep("thinking", p.rawThinking)
		p.keep("output_config", p.rawOutput)
		if len(p.rawOutput) > 0 {
			return
		}
	}
	req.ResponseFormat = p.format
}

// keep makes a field that was given an extra one.
func (p *parser) keep(name string, raw json.RawMessage) {
	if len(raw) > 0 {
		p.Keep(name, raw)
	}
}
