package langchain

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// ollamaChat reads answers of Ollama's chat API.
type ollamaChat struct{ written }

func (a *ollamaChat) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	p := ollamaParameters{Encoder: e, written: &a.written}
	return a.encode(e, false, func() { p.write(streamed) }, field{name: "messages"})
}

// ollamaAnswer is a whole answer, or a line of a stream.
type ollamaAnswer struct {
	Model     string    `json:"model"`
	CreatedAt time.Time `json:"created_at"`
	Message   struct {
		Content   string            `json:"content"`
		Thinking  string            `json:"thinking"`
		ToolCalls []json.RawMessage `json:"tool_calls"`
	} `json:"message"`
	Done       bool            `json:"done"`
	DoneReason string          `json:"done_reason"`
	Prompt     *int            `json:"prompt_eval_count"`
	Output     *int            `json:"eval_count"`
	Error      json.RawMessage `json:"error"`
}

// Whole takes in an answer or a piece of one.
func (a *ollamaChat) Whole(body []byte, out dialect.Emit) error {
	var answer ollamaAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	resp := a.Response
	a.Begun = a.Begun || answer.Model != "" || answer.Done
	resp.Model = cmp.Or(resp.Model, answer.Model)
	if resp.Created.IsZero() && !answer.CreatedAt.IsZero() {
		resp.Created = answer.CreatedAt.UTC().Truncate(time.Second)
	}
	a.AddReason([]byte(answer.Message.Thinking), out)
	a.AddText([]byte(answer.Message.Content), out)
	if len(answer.Message.ToolCalls) > 0 {
		a.Warn("tool_calls", "left out: no tools were given")
	}
	if answer.Done {
		a.finished(cmp.Or(answer.DoneReason, "stop")) // older servers give no reason
	}
	if answer.Prompt != nil || answer.Output != nil { // a prompt that was read before has no count
		resp.Usage = request.Usage{InputTokens: number(answer.Prompt), OutputTokens: number(answer.Output), Reported: true}
		a.Counted = answer.Prompt != nil && answer.Output != nil
	}
	a.fail(answer.Error)
	return nil
}

// Event takes in a line of a stream.
func (a *ollamaChat) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data := bytes.TrimSpace(event.Data)
	if len(data) == 0 {
		return false, nil
	}
	err = a.Whole(data, out)
	return a.Finished, err
}

// ollamaParameters writes the fields that stand beside the messages. The options are written anew, because langchaingo's
// hold a temperature of 0 that nobody set.
type ollamaParameters struct {
	*dialect.Encoder
	*written
}

func (p ollamaParameters) write(streamed bool) {
	r := p.Req
	p.OptionalText("model", p.Model)
	if p.Field("stream") {
		p.Bool(streamed)
	}
	if p.Field("options") {
		p.Raw("{")
		p.options()
		p.Raw("}")
	}
	p.thinking()
	switch {
	case r.ResponseFormat.Type == request.FormatJSON && p.Field("format"):
		p.Raw(`"json"`)
	case r.ResponseFormat.Type == request.FormatJSONSchema && p.Field("format"):
		p.Value(r.ResponseFormat.Schema)
	}
	const none = "not sent: the API has no such parameter"
	p.WarnIf(r.ServiceTier != "", "service_tier", none)
	p.WarnIf(r.User != "", "user", none)
	p.WarnIf(r.PromptCacheKey != "", "prompt_cache_key", none)
}

func (p ollamaParameters) options() {
	r := p.Req
	if r.MaxTokens > 0 {
		p.Key("num_predict")
		p.Int(int64(r.MaxTokens))
	}
	for _, o := range []struct {
		name  string
		value *float64
	}{
		{"temperature", r.Temperature}, {"top_p", r.TopP},
		{"frequency_penalty", r.FrequencyPenalty}, {"presence_penalty", r.PresencePenalty},
	} {
		if o.value != nil {
			p.Key(o.name)
			p.Float(*o.value)
		}
	}
	if r.TopK != nil {
		p.Key("top_k")
		p.Int(int64(*r.TopK))
	}
	if r.Seed != nil {
		p.Key("seed")
		p.Int(*r.Seed)
	}
	if len(r.Stop) > 0 {
		p.Key("stop")
		p.Strings(r.Stop)
	}
}

// thinking switches it on or off, or sets the level for the words that Ollama knows. langchaingo puts the switch where
// Ollama does not look.
func (p ollamaParameters) thinking() {
	r := p.Req
	if r.ReasoningEffort == "" && r.ReasoningBudget == 0 || !p.Field("think") {
		return
	}
	switch r.ReasoningEffort {
	case request.EffortLow, request.EffortMedium, request.EffortHigh:
		p.String(string(r.ReasoningEffort))
	case request.EffortNone:
		p.Bool(false)
	case "":
		p.Encoder.Warn("reasoning_budget", "the API has no budget; thinking was switched on")
		p.Bool(true)
	default:
		p.Encoder.Warn("reasoning_effort", "the API has no level of this name; thinking was switched on")
		p.Bool(true)
	}
}
