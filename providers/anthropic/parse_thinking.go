package anthropic

import (
	"slices"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// thinkingField reads how the model is to think. What the vocabulary can't say is no fault here: it is kept as it stands.
func (p *parser) thinkingField() {
	t := &p.thinking
	p.Fields(func(key string) {
		switch key {
		case "type":
			p.Text(&t.mode)
			p.foreignThinking = p.foreignThinking || !slices.Contains([]string{"enabled", "disabled", "adaptive"}, t.mode)
		case "budget_tokens":
			p.Whole(&t.budget)
		default:
			p.foreignThinking = p.foreignThinking || p.R.Kind() != jsontext.Null
			p.R.Skip()
		}
	})
	if (t.mode == "enabled") != (t.budget > 0) {
		p.foreignThinking = true
	}
}

// spokenEfforts are the API's efforts that the vocabulary has too.
var spokenEfforts = []string{string(request.EffortLow), string(request.EffortMedium), string(request.EffortHigh), string(request.EffortXHigh)}

func (p *parser) outputConfig() {
	p.Fields(func(key string) {
		switch key {
		case "effort":
			p.Text(&p.thinking.effort)
			p.foreignOutput = p.foreignOutput || p.thinking.effort != "" && !slices.Contains(spokenEfforts, p.thinking.effort)
		case "format":
			p.Fields(p.formatField)
		default:
			p.foreignOutput = p.foreignOutput || p.R.Kind() != jsontext.Null
			p.R.Skip()
		}
	})
}

func (p *parser) formatField(key string) {
	switch key {
	case "type":
		var kind string
		if p.Text(&kind); kind != "json_schema" {
			p.foreignOutput = true
			return
		}
		p.format.Type, p.format.Strict = request.FormatJSONSchema, true
	case "schema":
		p.format.Schema = p.RawObject()
	default:
		p.foreignOutput = p.foreignOutput || p.R.Kind() != jsontext.Null
		p.R.Skip()
	}
}
