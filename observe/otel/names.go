package otel

import "go.opentelemetry.io/otel/attribute"

// The names are those of OpenTelemetry's semantic conventions for generative AI (status: development); what begins with
// llmgate is our own.
const (
	scope = "github.com/seed63918563/llmgate/observe/otel"

	operation = "chat"

	keyOperation     = attribute.Key("gen_ai.operation.name")
	keyProvider      = attribute.Key("gen_ai.provider.name")
	keyRequestModel  = attribute.Key("gen_ai.request.model")
	keyMaxTokens     = attribute.Key("gen_ai.request.max_tokens")
	keyTemperature   = attribute.Key("gen_ai.request.temperature")
	keyTopP          = attribute.Key("gen_ai.request.top_p")
	keyResponseModel = attribute.Key("gen_ai.response.model")
	keyResponseID    = attribute.Key("gen_ai.response.id")
	keyFinish        = attribute.Key("gen_ai.response.finish_reasons")
	keyInput         = attribute.Key("gen_ai.usage.input_tokens")
	keyOutput        = attribute.Key("gen_ai.usage.output_tokens")
	keyCacheRead     = attribute.Key("gen_ai.usage.cache_read.input_tokens")
	keyCacheWrite    = attribute.Key("gen_ai.usage.cache_creation.input_tokens")
	keyTokenType     = attribute.Key("gen_ai.token.type")
	keyQuestion      = attribute.Key("gen_ai.input.messages")
	keyAnswer        = attribute.Key("gen_ai.output.messages")
	keyErrorType     = attribute.Key("error.type")

	keyAttempts  = attribute.Key("llmgate.attempts")
	keyFromCache = attribute.Key("llmgate.from_cache")
	keyCost      = attribute.Key("llmgate.cost_usd")
	keyKey       = attribute.Key("llmgate.key")
	keyWaited    = attribute.Key("llmgate.waited_seconds")
	keyFirst     = attribute.Key("llmgate.time_to_first_chunk_seconds")
	keyTarget    = attribute.Key("llmgate.target")
	keyState     = attribute.Key("llmgate.state")

	nameDuration   = "gen_ai.client.operation.duration"
	nameFirstChunk = "gen_ai.client.operation.time_to_first_chunk"
	nameTokens     = "gen_ai.client.token.usage"
	nameAttempts   = "llmgate.attempts"
	nameWait       = "llmgate.wait.duration"
	nameCost       = "llmgate.cost"
	nameChanges    = "llmgate.target.changes"
)
