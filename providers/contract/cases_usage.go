package contract

import (
	"errors"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// usageCases hold what a client counts against the provider's books.
var usageCases = []check{
	{name: "usage", needs: []Feature{Usage, Wire}, run: usageOfText},
	{name: "usage of tools", needs: []Feature{Usage, Wire, Tools}, run: usageOfTools},
	{name: "usage of reasoning", needs: []Feature{Usage, Wire, Effort}, run: usageOfReasoning},
}

// books compares the usage of an answer with what the provider entered for it.
func books(r *request.Response, p *Provider) error {
	stats := p.sim.Stats()
	return errors.Join(
		that(r.Usage.Reported && !r.Usage.Estimated, "the usage is not the provider's: %+v", r.Usage),
		want("the prompt's tokens", int64(r.Usage.PromptTokens()), stats.InputTokens),
		want("the answer's tokens", int64(r.Usage.OutputTokens), stats.OutputTokens),
	)
}

func usageOfText(s *stage) error {
	return s.answers(setting{Config: says("Something, as was asked.")}, ask("Write something."), books)
}

func usageOfTools(s *stage) error {
	call := sim.ToolCall{Name: "get_weather", Arguments: `{"city":"Rome"}`}
	return s.answers(setting{Config: calls(call, call)}, withTools("Rain?", weather), books)
}

func usageOfReasoning(s *stage) error {
	req := ask("Think.")
	req.ReasoningEffort = request.EffortLow
	return s.answers(setting{Config: thinks()}, req, books)
}
