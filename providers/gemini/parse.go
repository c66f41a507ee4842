package gemini

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// ParseRequest reads a generateContent request body, the inverse of what a Client sends, with names in camelCase or
// snake_case. Fields that the vocabulary has no name for are kept in Extra under the given provider name. Calls without an id
// get one. Everything wrong is reported at once, as an *request.Error of class invalid that wraps request.Faults with the
// paths of the fields; the rest of the request is returned beside it.
func ParseRequest(body []byte, provider string) (request.Request, error) {
	var p parser
	req, err := p.Parse(body, provider, p.top)
	return p.finish(req), err
}

type parser struct {
	dialect.Parser
	system []request.Message
	calls  int
	open   []request.ToolCall // not answered yet
	strict bool
}

// finish puts together what stands in different fields.
func (p *parser) finish(req request.Request) request.Request {
	if len(p.system) > 0 {
		req.Messages = append(p.system, req.Messages...)
	}
	if p.strict {
		for i := range req.Tools {
			req.Tools[i].Strict = new(true)
		}
	}
	if len(req.Tools) == 0 {
		req.ToolChoice = request.ToolChoice{} // there is nothing to choose from
	}
	if f := &req.ResponseFormat; f.Schema != nil {
		f.Type = request.FormatJSONSchema
	}
	return req
}

func (p *parser) top(key string) {
	switch key = camel(key); key {
	case "model":
		p.Text(&p.Req.Model)
		p.Req.Model = strings.TrimPrefix(p.Req.Model, "models/")
	case "contents":
		p.contents()
	case "systemInstruction":
		p.systemInstruction()
	case "tools":
		p.Elements(p.tool)
	case "toolConfig":
		p.Fields(p.toolConfig)
	case "generationConfig":
		p.Fields(p.generationConfig)
	case "serviceTier":
		p.Text(&p.Req.ServiceTier)
	default:
		p.Extra(key)
	}
}

// camel turns a name in snake_case, which the API takes as well, into camelCase.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i := range words[1:] {
		if w := words[i+1]; w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// contents reads the turns; a single one may stand without the list.
func (p *parser) contents() {
	if p.R.Kind() == jsontext.Object {
		p.content()
		return
	}
	p.Elements(p.content)
}

// systemInstruction makes a message of each part, so that they stay apart.
func (p *parser) systemInstruction() {
	turn := p.turn()
	for _, part := range turn.parts {
		if t, ok := part.(request.TextPart); ok {
			p.system = append(p.system, request.Message{Role: request.RoleSystem, Content: t.Text})
		} else {
			p.Fault("parts", "%T can't stand in a system instruction; use text", part)
		}
	}
}
