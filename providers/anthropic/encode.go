package anthropic

import (
	"github.com/seed63918563/llmgate/internal/dialect"
)

// encoder writes one request body.
type encoder struct {
	*dialect.Encoder
	call   *dialect.Call
	client *Client
	model  model
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
	e.model = modelOf(e.call.Model)
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
	e.unsaid()
	e.Extras(reserved)
	e.Raw("}")
}

// platform names the model, or on other platforms, which have it in the address, the version of the API.
func (e *encoder) platform() {
	cfg := &e.client.cfg
	if cfg.Platform == Direct || e.counting {
		e.OptionalText("model", e.call.Model)
	}
	if cfg.Platform != Direct {
		e.OptionalText("anthropic_version", cfg.Version)
	}
	if cfg.Platform == Bedrock {
		e.OptionalTexts("anthropic_beta", cfg.Beta)
	}
}

// answer writes what shapes the answer and makes no difference to the prompt.
func (e *encoder) answer() {
	if e.counting {
		return
	}
	r := e.call.Req
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
	e.OptionalTexts("stop_sequences", r.Stop)
	e.OptionalText("service_tier", r.ServiceTier)
	if r.User != "" {
		e.Object("metadata", func() {
			e.OptionalText("user_id", r.User)
		})
	}
}

// maxTokens bounds the answer. The API demands a bound, and one above the thinking budget.
func (e *encoder) maxTokens() int {
	if n := e.call.Req.MaxTokens; n > 0 {
		return n
	}
	if n := e.call.Can.MaxOutputTokens; n > 0 {
		return n
	}
	return e.model.maxTokens() + e.thinking.budget
}

// sampling leaves out what the model would refuse, alone or together with thinking.
func (e *encoder) sampling() {
	temperature, topP, topK := e.call.Req.Temperature, e.call.Req.TopP, e.call.Req.TopK
	if temperature == nil && topP == nil && topK == nil {
		return
	}
	if !e.model.sampling() || e.call.Can.Known && !e.call.Can.Sampling {
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
	e.OptionalFloat("temperature", temperature)
	e.OptionalFloat("top_p", topP)
	e.OptionalInt("top_k", topK)
}

// leaveOut drops a parameter that is set, and says so.
func leaveOut[T any](e *encoder, name string, parameter **T, why string) {
	if *parameter != nil {
		e.Warn(name, why)
		*parameter = nil
	}
}

// unsaid warns of parameters that the API does not have.
func (e *encoder) unsaid() {
	r := e.call.Req
	const none = "not sent: the provider has no such parameter"
	e.WarnIf(r.Seed != nil, "seed", none)
	e.WarnIf(r.FrequencyPenalty != nil, "frequency_penalty", none)
	e.WarnIf(r.PresencePenalty != nil, "presence_penalty", none)
	e.WarnIf(r.PromptCacheKey != "", "prompt_cache_key", none)
}

// reserved refuses extra fields that would break what the caller is promised.
func reserved(name, _ string) string {
	if name == "stream" {
		return "set by calling Complete or Stream"
	}
	return ""
}
