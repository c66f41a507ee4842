package gemini

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) generationConfig(key string) {
	r := &p.Req
	switch key = camel(key); key {
	case "maxOutputTokens":
		p.Whole(&r.MaxTokens)
	case "temperature":
		p.Number(&r.Temperature)
	case "topP":
		p.Number(&r.TopP)
	case "topK":
		p.OptionalWhole(&r.TopK)
	case "frequencyPenalty":
		p.Number(&r.FrequencyPenalty)
	case "presencePenalty":
		p.Number(&r.PresencePenalty)
	case "seed":
		r.Seed = p.WholeNumber()
	case "stopSequences":
		p.Texts(&r.Stop)
	case "candidateCount":
		p.OneAnswer()
	default:
		p.answerShape(key)
	}
}

func (p *parser) answerShape(key string) {
	f := &p.Req.ResponseFormat
	switch key {
	case "responseMimeType":
		p.responseMimeType(key)
	case "responseJsonSchema":
		f.Schema = p.RawObject()
	case "responseSchema":
		f.Schema = p.schema()
	case "thinkingConfig":
		p.thinkingConfig(key)
	default:
		p.KeepIn("generationConfig", key, p.Copy())
	}
}

func (p *parser) responseMimeType(key string) {
	if !p.Expect(jsontext.String, "a string") {
		return
	}
	raw := p.Copy()
	switch string(raw) {
	case `"application/json"`:
		p.Req.ResponseFormat.Type = request.FormatJSON
	case `"text/plain"`:
		p.Req.ResponseFormat.Type = request.FormatText
	default:
		p.KeepIn("generationConfig", key, raw)
	}
}

// thinkingConfig finds the vocabulary's word for what is asked. What it has none for, such as thinking without showing the
// thoughts, is kept as it stands.
func (p *parser) thinkingConfig(key string) {
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	raw := p.Ahead()
	var t thinking
	p.Fields(func(key string) {
		switch camel(key) {
		case "includeThoughts":
			p.Truth(&t.show)
		case "thinkingBudget":
			t.budget = p.WholeNumber()
		case "thinkingLevel":
			p.Text(&t.level)
		default:
			t.other = true
			p.R.Skip()
		}
	})
	if !t.into(&p.Req) {
		p.KeepIn("generationConfig", key, raw)
	}
}

type thinking struct {
	show   *bool
	budget *int64
	level  string
	other  bool
}

// into reports whether the encoder would write the same again.
func (t *thinking) into(r *request.Request) bool {
	shown := t.show != nil && *t.show
	level := request.Effort(strings.ToLower(t.level))
	switch {
	case t.other, t.budget != nil && t.level != "":
		return false
	case t.budget != nil && *t.budget == 0 && !shown:
		r.ReasoningEffort = request.EffortNone
	case !shown:
		return false
	case t.budget != nil && *t.budget > 0:
		r.ReasoningBudget = int(*t.budget)
	case level == request.EffortMinimal, level == request.EffortLow, level == request.EffortMedium, level == request.EffortHigh:
		r.ReasoningEffort = level
	default:
		return false
	}
	return true
}
