package openai

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// ParseRequest reads a Chat Completions request body, the inverse of what a Client sends. Fields that the vocabulary has
// no name for are kept in Extra under the given provider name. Everything wrong is reported at once, as an *request.Error
// of class invalid that wraps request.Faults with the paths of the fields; the rest of the request is returned beside it.
func ParseRequest(body []byte, provider string) (request.Request, error) {
	var p parser
	return p.Parse(body, provider, p.top)
}

type parser struct{ dialect.Parser }

func (p *parser) top(key string) {
	if !p.content(key) && !p.sampling(key) && !p.control(key) {
		p.Extra(key)
	}
}

func (p *parser) content(key string) bool {
	r := &p.Req
	switch key {
	case "model":
		p.Text(&r.Model)
	case "messages":
		p.Elements(p.message)
	case "tools":
		p.Elements(p.tool)
	case "tool_choice":
		p.toolChoice()
	case "parallel_tool_calls":
		p.Truth(&r.ParallelToolCalls)
	case "response_format":
		p.format()
	default:
		return false
	}
	return true
}

func (p *parser) sampling(key string) bool {
	r := &p.Req
	switch key {
	case "max_tokens", "max_completion_tokens":
		p.Whole(&r.MaxTokens)
	case "temperature":
		p.Number(&r.Temperature)
	case "top_p":
		p.Number(&r.TopP)
	case "top_k":
		p.OptionalWhole(&r.TopK)
	case "seed", "random_seed":
		r.Seed = p.WholeNumber()
	case "frequency_penalty":
		p.Number(&r.FrequencyPenalty)
	case "presence_penalty":
		p.Number(&r.PresencePenalty)
	case "stop":
		p.stop()
	case "reasoning_effort":
		p.Text((*string)(&r.ReasoningEffort))
	default:
		return false
	}
	return true
}

func (p *parser) stop() {
	if p.R.Kind() == jsontext.String {
		p.Req.Stop = []string{p.R.String()}
		return
	}
	p.Texts(&p.Req.Stop)
}

func (p *parser) control(key string) bool {
	r := &p.Req
	switch key {
	case "service_tier":
		p.Text(&r.ServiceTier)
	case "user":
		p.Text(&r.User)
	case "prompt_cache_key":
		p.Text(&r.PromptCacheKey)
	case "stream", "stream_options": // how the answer travels is the caller's choice
		p.R.Skip()
	case "n":
		p.OneAnswer()
	default:
		return false
	}
	return true
}
