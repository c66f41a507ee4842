package anthropic

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// encoder writes one request body.
type encoder struct {
	*dialect.Encoder
	client    *Client
	req       *request.Request
	modelName string
	model     model
	can       request.Capabilities
	// streamed: the answer is to come in events. counting: only the size of the prompt is asked for.
	streamed, counting bool

	thinking thinking
	// native: the answer is held to a schema by the API. answerTool does it otherwise; see planFormat.
	native     bool
	answerTool string

	// Where the last block ended that can carry a cache mark, the last that has one, and the last text.
	blockEnd, marked, textEnd int
}

func (e *encoder) encode() {
	e.model = modelOf(e.modelName)
	e.planFormat()
	e.planThinking()
	e.Raw("{")
	e.platform()
	e.answer()
	e.system()
	if e.Field("messages") {
		e.messages()
	}
	e.thinkingFields()
	e.outputConfig()
	e.tools()
	e.unsupported()
	e.Extras(reserved)
	e.Raw("}")
}

// platform names the model, or on other platforms, which have it in the address, the version of the API.
func (e *encoder) platform() {
	cfg := &e.client.cfg
	if cfg.Platform == Direct || e.counting {
		if e.Field("model") {
			e.String(e.modelName)
		}
	}
	if cfg.Platform != Direct && e.Field("anthropic_version") {
		e.String(cfg.Version)
	}
	if cfg.Platform == Bedrock && len(cfg.Beta) > 0 && e.Field("anthropic_beta") {
		e.Strings(cfg.Beta)
	}
}

// answer writes what shapes the answer and makes no difference to the prompt.
func (e *encoder) answer() {
	if e.counting {
		return
	}
	r := e.req
	if e.Field("max_tokens") {
		e.Int(int64(e.maxTokens()))
	}
	switch {
	case !e.streamed:
	case e.client.cfg.Platform == Bedrock:
		e.Warn("stream", "the answer came in one piece: Bedrock's event stream is not supported")
	case e.Field("stream"):
		e.Bool(true)
	}
	e.sampling()
	if len(r.Stop) > 0 && e.Field("stop_sequences") {
		e.Strings(r.Stop)
	}
	if r.ServiceTier != "" && e.Field("service_tier") {
		e.String(r.ServiceTier)
	}
	if r.User != "" {
		e.Object("metadata", func() {
			if e.Field("user_id") {
				e.String(r.User)
			}
		})
	}
}

// maxTokens bounds the answer. The API demands a bound, and one above the thinking budget.
func (e *encoder) maxTokens() int {
	if n := e.req.MaxTokens; n > 0 {
		return n
	}
	if e.can.MaxOutputTokens > 0 {
		return e.can.MaxOutputTokens
	}
	return e.model.maxTokens() + e.thinking.budget
}

// sampling leaves out what the model would refuse, alone or together with thinking.
func (e *encoder) sampling() {
	temperature, topP, topK := e.req.Temperature, e.req.TopP, e.req.TopK
	if temperature == nil && topP == nil && topK == nil {
		return
	}
	if !e.model.sampling() || e.can.Known && !e.can.Sampling {
		const why = "not sent: the model takes no sampling parameters"
		leaveOut(e, "temperature", &temperature, why)
		leaveOut(e, "top_p", &topP, why)
		leaveOut(e, "top_k", &topK, why)
	}
	if e.thinking.on() {
		if temperature != nil && *temperature != 1 {
			leaveOut(e, "temperature", &temperature, "not sent: with thinking the API takes only 1")
		}
		if topP != nil && *topP < minTopPThinking {
			leaveOut(e, "top_p", &topP, "not sent: with thinking the API takes only 0.95 and above")
		}
		leaveOut(e, "top_k", &topK, "not sent: not taken together with thinking")
	}
	if temperature != nil && e.model.exclusive() {
		leaveOut(e, "top_p", &topP, "not sent: the model takes temperature or top_p, not both")
	}
	e.Optional("temperature", temperature)
	e.Optional("top_p", topP)
	if topK != nil && e.Field("top_k") {
		e.Int(int64(*topK))
	}
}

// leaveOut drops a parameter that is set, and says so.
func leaveOut[T any](e *encoder, name string, parameter **T, why string) {
	if *parameter != nil {
		e.Warn(name, why)
		*parameter = nil
	}
}

// unsupported reports parameters that the API does not have.
func (e *encoder) unsupported() {
	r := e.req
	for _, p := range [...]struct {
		name  string
		given bool
	}{
		{"seed", r.Seed != nil}, {"frequency_penalty", r.FrequencyPenalty != nil},
		{"presence_penalty", r.PresencePenalty != nil}, {"prompt_cache_key", r.PromptCacheKey != ""},
	} {
		if p.given {
			e.Warn(p.name, "not sent: the provider has no such parameter")
		}
	}
}

// reserved refuses extra fields that would break what the caller is promised.
func reserved(name, _ string) string {
	if name == "stream" {
		return "set by calling Complete or Stream"
	}
	return ""
}
