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
	r := e.req
	switch {
	case r.ReasoningEffort == request.EffortNone:
		e.thinkNot()
	case r.ReasoningEffort != "" && e.model.adaptive():
		e.thinking = thinking{mode: "adaptive", effort: e.effort(r.ReasoningEffort)}
	case r.ReasoningEffort != "":
		e.derivedBudget(r.ReasoningEffort)
	case r.ReasoningBudget == 0:
	case e.model.budgets():
		e.thinking = thinking{mode: "enabled", budget: r.ReasoningBudget}
	default:
		e.thinking = thinking{mode: "adaptive"}
		e.Warn("reasoning_budget", "not sent: the model takes no budget and decides itself how long it thinks")
	}
	if e.thinking.on() && e.mustCall() {
		e.thinking = thinking{}
		e.Warn(e.reasoningField(), "not sent: the model can't think where it must call a tool")
	}
}

func (e *encoder) reasoningField() string {
	if e.req.ReasoningEffort != "" {
		return "reasoning_effort"
	}
	return "reasoning_budget"
}

func (e *encoder) thinkNot() {
	if e.model.always() {
		e.Warn("reasoning_effort", "not sent: the model's thinking can't be turned off")
		return
	}
	e.thinking = thinking{mode: "disabled"}
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
	if e.req.MaxTokens > 0 {
		budget = min(budget, e.req.MaxTokens/2)
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
	if t.mode == "" || !e.Field("thinking") {
		return
	}
	e.Raw(`{`)
	e.Text("type", t.mode)
	if t.budget > 0 {
		e.Key("budget_tokens")
		e.Int(int64(t.budget))
	}
	e.Raw(`}`)
}

// outputConfig holds the effort and the schema of the answer.
func (e *encoder) outputConfig() {
	if e.thinking.effort == "" && !e.native {
		return
	}
	if !e.Field("output_config") {
		if e.native {
			e.Warn("response_format", "not sent: the extra field output_config stands in its place")
		}
		return
	}
	e.Raw(`{`)
	e.TextIf("effort", e.thinking.effort)
	if e.native {
		e.Key("format")
		e.Raw(`{"type":"json_schema","schema":`)
		e.B = append(e.B, e.req.ResponseFormat.Schema...)
		e.Raw(`}`)
	}
	e.Raw(`}`)
}
