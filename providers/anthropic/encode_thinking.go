package anthropic

import "github.com/seed63918563/llmgate/request"

// thinking is how the model is asked to think.
type thinking struct {
	// mode is the API's word, empty if nothing is said of it.
	mode   string
	effort string
	budget int
}

func (t *thinking) on() bool { return t.mode == "enabled" || t.mode == "adaptive" }

// Limits of the API on thinking: the smallest budget, and the smallest top_p beside it.
const (
	minBudget       = 1024
	minTopPThinking = 0.95
)

// budgets stand in for an effort where the model knows only a number of tokens. With MaxTokens set, a budget is at most
// half of it, so that the answer has room.
var budgets = map[request.Effort]int{
	request.EffortMinimal: 1024,
	request.EffortLow:     2048,
	request.EffortMedium:  8192,
	request.EffortHigh:    16384,
	request.EffortXHigh:   32768,
}

func (e *encoder) planThinking() {
	effort, budget := e.call.Req.ReasoningEffort, e.call.Req.ReasoningBudget
	field := "reasoning_effort"
	if budget > 0 {
		field = "reasoning_budget"
	}
	switch {
	case effort == request.EffortNone:
		e.thinkNot()
	case effort == "" && budget == 0:
	case !e.canThink():
		e.Warn(field, "not sent: the model can't think")
	case e.mustCall():
		e.Warn(field, "not sent: the model can't think where it must call a tool")
	case effort != "" && e.model.adaptive():
		e.thinking = thinking{mode: "adaptive", effort: e.effort(effort)}
	case effort != "":
		e.derivedBudget(effort)
	case e.model.budgets():
		e.thinking = thinking{mode: "enabled", budget: budget}
	default:
		e.thinking = thinking{mode: "adaptive"}
		e.Warn(field, "not sent: the model takes no budget and decides itself how long it thinks")
	}
}

func (e *encoder) canThink() bool {
	return e.model.thinks() && (!e.call.Can.Known || e.call.Can.Reasoning)
}

func (e *encoder) thinkNot() {
	switch {
	case e.model.always():
		e.Warn("reasoning_effort", "not sent: the model's thinking can't be turned off")
	case e.canThink():
		e.thinking = thinking{mode: "disabled"}
	}
}

// effort gives the API's word for a level: it has none for the least, and the first models with efforts call the most max.
func (e *encoder) effort(level request.Effort) string {
	switch {
	case level == request.EffortMinimal:
		e.Warn("reasoning_effort", "the provider has no level minimal; sent as low")
		return "low"
	case level == request.EffortXHigh && e.model.version < 407:
		e.Warn("reasoning_effort", "the model has no level xhigh; sent as max")
		return "max"
	}
	return string(level)
}

func (e *encoder) derivedBudget(level request.Effort) {
	budget := budgets[level]
	if e.call.Req.MaxTokens > 0 {
		budget = min(budget, e.call.Req.MaxTokens/2)
	}
	if budget < minBudget {
		e.Warn("reasoning_effort", "not sent: max_tokens leaves no room to think; set 2048 or more")
		return
	}
	e.thinking = thinking{mode: "enabled", budget: budget}
	e.Warn("reasoning_effort", "the model takes no effort; sent as a budget of tokens")
}

func (e *encoder) thinkingFields() {
	t := &e.thinking
	if t.mode == "" {
		return
	}
	e.Object("thinking", func() {
		e.OptionalText("type", t.mode)
		e.OptionalCount("budget_tokens", t.budget)
	})
}

// outputConfig holds the effort and the schema of the answer.
func (e *encoder) outputConfig() {
	effort := e.thinking.effort
	if effort == "" && !e.native {
		return
	}
	e.Object("output_config", func() {
		e.OptionalText("effort", effort)
		if e.native && e.Field("format") {
			e.Raw(`{"type":"json_schema","schema":`)
			e.Value(e.call.Req.ResponseFormat.Schema)
			e.Raw("}")
		}
	})
}
