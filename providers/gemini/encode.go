package gemini

import (
	"math"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// encoder writes one request body.
type encoder struct {
	*dialect.Encoder
	call   *dialect.Call
	client *Client
	model  string // written where a body must name it, because no address does
}

func (e *encoder) encode() {
	e.Raw("{")
	e.TextIf("model", e.model)
	e.prompt()
	e.GuardedObject("toolConfig", reservedToolConfig, e.toolConfig)
	e.GuardedObject("generationConfig", reservedGeneration, e.generationConfig)
	e.identity()
	e.Extras(reserved)
	e.Raw("}")
}

// prompt writes everything that is counted as input.
func (e *encoder) prompt() {
	e.system()
	if e.Field("contents") {
		e.contents()
	}
	e.tools()
}

// reserved refuses extra fields that would stand in a body twice: the API knows each under two names.
func reserved(name, _ string) string {
	if strings.Contains(name, "_") {
		return "write the name in camelCase"
	}
	return ""
}

func reservedGeneration(name, value string) string {
	if name == "candidateCount" && value != "1" {
		return "a response holds one answer; send the request several times"
	}
	return reserved(name, value)
}

func reservedToolConfig(name, value string) string {
	if strings.Contains(value, `"streamFunctionCallArguments":true`) {
		return "arguments in pieces are not read; take out streamFunctionCallArguments"
	}
	return reserved(name, value)
}

func (e *encoder) generationConfig() {
	r := e.call.Req
	e.OptionalCount("maxOutputTokens", r.MaxTokens)
	e.OptionalFloat("temperature", r.Temperature)
	e.OptionalFloat("topP", r.TopP)
	e.OptionalInt("topK", r.TopK)
	e.OptionalFloat("frequencyPenalty", r.FrequencyPenalty)
	e.OptionalFloat("presencePenalty", r.PresencePenalty)
	e.seed(r.Seed)
	e.OptionalTexts("stopSequences", r.Stop)
	e.format(&r.ResponseFormat)
	e.thinking()
}

func (e *encoder) seed(seed *int64) {
	if seed == nil || !e.Field("seed") {
		return
	}
	if *seed < math.MinInt32 || *seed > math.MaxInt32 {
		e.Fault("seed", "does not fit into 32 bits; choose a smaller one")
	}
	e.Int(*seed)
}

// format sends a schema as JSON Schema, and not as the API's own notation, which knows less.
func (e *encoder) format(f *request.ResponseFormat) {
	mediaType := "application/json"
	switch f.Type {
	case "":
		return
	case request.FormatText:
		mediaType = "text/plain"
	}
	e.OptionalText("responseMimeType", mediaType)
	if f.Type != request.FormatJSONSchema {
		return
	}
	if e.Field("responseJsonSchema") {
		e.Value(f.Schema)
	}
	e.WarnIf(f.Description != "", "response_format.description", "not sent: the API takes none; put it into the schema")
}

func (e *encoder) identity() {
	r := e.call.Req
	e.OptionalText("serviceTier", r.ServiceTier)
	e.WarnIf(r.User != "", "user", "not sent: the API has no such parameter")
	e.WarnIf(r.PromptCacheKey != "", "prompt_cache_key", "not sent: the API takes no such key; it caches prefixes by itself")
}
