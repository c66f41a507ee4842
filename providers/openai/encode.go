package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// encoder writes one request body.
type encoder struct {
	*dialect.Encoder
	call     *dialect.Call
	cfg      *Config
	quirks   *Quirks
	streamed bool
	marked   int // where the last cache mark ended
}

func (e *encoder) encode() {
	e.Raw("{")
	e.OptionalText("model", e.call.Model)
	if e.Field("messages") {
		e.messages()
	}
	e.streaming()
	e.limits()
	e.sampling()
	e.reasoning()
	e.tools()
	e.format()
	e.identity()
	e.Extras(reserved)
	e.Raw("}")
}

// reserved refuses extra fields that would break what the caller is promised.
func reserved(name, value string) string {
	switch {
	case name == "stream":
		return "set by calling Complete or Stream"
	case name == "n" && value != "1":
		return "a response holds one answer; send the request several times"
	}
	return ""
}

func (e *encoder) streaming() {
	if !e.streamed {
		return
	}
	if e.Field("stream") {
		e.Bool(true)
	}
	if !e.quirks.NoStreamOptions && e.Field("stream_options") {
		e.Raw(`{"include_usage":true}`)
	}
}

func (e *encoder) limits() {
	r := e.call.Req
	e.OptionalCount(e.maxTokensField(), r.MaxTokens)
	e.OptionalTexts("stop", r.Stop)
}

func (e *encoder) sampling() {
	r := e.call.Req
	if can := &e.call.Can; can.Known && !can.Sampling {
		const none = "not sent: the model takes no sampling parameters"
		e.WarnIf(r.Temperature != nil, "temperature", none)
		e.WarnIf(r.TopP != nil, "top_p", none)
	} else {
		e.OptionalFloat("temperature", r.Temperature)
		e.OptionalFloat("top_p", r.TopP)
	}
	e.OptionalFloat("frequency_penalty", r.FrequencyPenalty)
	e.OptionalFloat("presence_penalty", r.PresencePenalty)
	if r.Seed != nil && e.Field(e.quirks.seedField()) {
		e.Int(*r.Seed)
	}
	if e.quirks.TopK {
		e.OptionalInt("top_k", r.TopK)
	} else {
		e.WarnIf(r.TopK != nil, "top_k", "not sent: the provider has no such parameter")
	}
}

func (e *encoder) format() {
	f := &e.call.Req.ResponseFormat
	switch {
	case f.Type == "" || !e.Field("response_format"):
	case f.Type == request.FormatText:
		e.Raw(`{"type":"text"}`)
	case f.Type == request.FormatJSON:
		e.Raw(`{"type":"json_object"}`)
	case e.quirks.NoJSONSchema:
		e.Raw(`{"type":"json_object"}`)
		e.Warn("response_format.schema", "not sent: the provider gives JSON without a schema")
	default:
		e.schema(f)
	}
}

func (e *encoder) schema(f *request.ResponseFormat) {
	e.Raw(`{"type":"json_schema","json_schema":{`)
	writeSchema(&e.Writer, f)
	e.Raw("}}")
}

// writeSchema writes the fields of a schema, which both APIs have.
func writeSchema(w *jsontext.Writer, f *request.ResponseFormat) {
	w.Text("name", cmp.Or(f.Name, "response"))
	w.TextIf("description", f.Description)
	w.Key("schema")
	w.Value(f.Schema)
	if f.Strict {
		w.Raw(`,"strict":true`)
	}
}

func (e *encoder) identity() {
	r := e.call.Req
	e.OptionalText("service_tier", r.ServiceTier)
	e.OptionalText("user", r.User)
	if e.quirks.CacheKey {
		e.OptionalText("prompt_cache_key", r.PromptCacheKey)
	}
}
