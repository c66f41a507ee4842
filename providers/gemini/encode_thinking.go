package gemini

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// thinking asks for a level or a budget, and for the thoughts that it pays for.
func (e *encoder) thinking() {
	effort, budget := e.call.Req.ReasoningEffort, e.call.Req.ReasoningBudget
	if effort == "" && budget == 0 || !e.Field("thinkingConfig") {
		return
	}
	e.Raw("{")
	switch {
	case budget > 0:
		e.thinkingBudget(budget)
	case isModern(e.call.Model):
		e.Text("thinkingLevel", e.level(effort))
	default:
		e.thinkingBudget(e.budgetOf(effort))
	}
	if effort != request.EffortNone {
		e.Raw(`,"includeThoughts":true`)
	}
	e.Raw("}")
}

func (e *encoder) thinkingBudget(n int) {
	e.Key("thinkingBudget")
	e.Int(int64(n))
}

// level is the API's word for an effort. A model that has no such level refuses it.
func (e *encoder) level(effort request.Effort) string {
	switch effort {
	case request.EffortNone:
		e.Warn("reasoning_effort", "this model always thinks; sent as MINIMAL")
		return "MINIMAL"
	case request.EffortXHigh:
		e.Warn("reasoning_effort", "the API's highest level is HIGH; sent as that")
		return "HIGH"
	}
	return strings.ToUpper(string(effort))
}

// budgetOf gives the tokens that Google itself puts for these words where it takes them. A model that can't do without
// thinking refuses 0.
func (e *encoder) budgetOf(effort request.Effort) int {
	switch effort {
	case request.EffortNone:
		return 0
	case request.EffortMinimal, request.EffortLow:
		return 1024
	case request.EffortMedium:
		return 8192
	case request.EffortXHigh:
		e.Warn("reasoning_effort", "this model's levels end with high; sent as that")
	}
	return 24576
}
