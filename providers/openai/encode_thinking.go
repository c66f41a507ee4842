package openai

import "github.com/seed63918563/llmgate/request"

// reasoning asks for it in the way of the provider.
func (e *encoder) reasoning() {
	effort, budget := e.call.Req.ReasoningEffort, e.call.Req.ReasoningBudget
	if effort == "" && budget == 0 {
		return
	}
	switch e.quirks.Reasoning {
	case ReasoningEffort:
		e.effort(effort)
		e.WarnIf(budget > 0, "reasoning_budget", "not sent: the provider takes only reasoning_effort")
	case ReasoningObject:
		e.reasoningObject(effort, budget)
	case ReasoningThinking:
		e.thinking(effort, budget)
	case ReasoningSwitch:
		e.thinkingSwitch(effort, budget)
	default:
		e.Warn("reasoning_effort", "not sent: the provider has no such parameter")
	}
}

func (e *encoder) effort(effort request.Effort) {
	e.OptionalText("reasoning_effort", string(effort))
}

func (e *encoder) reasoningObject(effort request.Effort, budget int) {
	if !e.Field("reasoning") {
		return
	}
	e.Raw("{")
	if effort != "" {
		e.Text("effort", string(effort))
	} else {
		e.Key("max_tokens")
		e.Int(int64(budget))
	}
	e.Raw("}")
}

// thinking says in words of the field only what reasoning_effort can't say: off, or a budget.
func (e *encoder) thinking(effort request.Effort, budget int) {
	switch {
	case effort == request.EffortNone:
		if e.Field("thinking") {
			e.Raw(`{"type":"disabled"}`)
		}
	case effort != "":
		e.effort(effort)
	case e.Field("thinking"):
		e.Raw(`{"type":"enabled","budget_tokens":`)
		e.Int(int64(budget))
		e.Raw("}")
	}
}

func (e *encoder) thinkingSwitch(effort request.Effort, budget int) {
	if e.Field("enable_thinking") {
		e.Bool(effort != request.EffortNone)
	}
	e.OptionalCount("thinking_budget", budget)
	if effort != "" && effort != request.EffortNone {
		e.Warn("reasoning_effort", "the provider knows only on and off; sent as on")
	}
}
