package source

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func parseShareGPT(d *draft, text []byte, _ string) {
	d.idField = "id"
	var p dialect.Parser
	system, turns := "", []request.Message(nil)
	_, err := p.Parse(text, "", func(key string) {
		switch key {
		case "id":
			identify(&p, &d.ID)
		case "system":
			p.Text(&system)
		case "conversations":
			p.Elements(func() { turns = append(turns, turn(&p)) })
		case "tools":
			refuseTools(&p)
		default:
			p.R.Skip()
		}
	})
	faults := prefixed("", err)
	for len(turns) > 0 && turns[len(turns)-1].Role != request.RoleUser {
		turns = turns[:len(turns)-1]
	}
	if len(turns) == 0 && len(faults) == 0 {
		faults = fault("conversations", "no turn is from human, so nothing is asked; add one")
	}
	d.Request.Messages = turns
	precede(&d.Request, system)
	d.Err = asError(faults)
}

// turn reads one piece of a conversation.
func turn(p *dialect.Parser) (m request.Message) {
	from := ""
	p.Fields(func(key string) {
		switch key {
		case "from":
			p.Text(&from)
		case "value":
			p.Text(&m.Content)
		default:
			p.R.Skip()
		}
	})
	switch from {
	case "human", "user":
		m.Role = request.RoleUser
	case "gpt", "assistant", "chatgpt", "bing", "bard":
		m.Role = request.RoleAssistant
	case "system":
		m.Role = request.RoleSystem
	default:
		p.Fault("from", "%q is not supported; use human, gpt or system", from)
	}
	if m.Content == "" && m.Role != request.RoleAssistant {
		p.Fault("value", "empty; write the text there")
	}
	return m
}

// identify reads an ID, which may be a number.
func identify(p *dialect.Parser, to *string) {
	switch p.R.Kind() {
	case jsontext.String, jsontext.Number:
		*to = string(p.R.Scalar())
	default:
		p.Expect(jsontext.String, anID)
	}
}

// refuseTools lets only pass that there are none: descriptions of tools in prose can't be sent as tools.
func refuseTools(p *dialect.Parser) {
	switch raw := string(p.Ahead()); raw {
	case `""`, `"[]"`, `[]`:
		p.R.Skip()
	default:
		p.Unknown("tools")
	}
}
