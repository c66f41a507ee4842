package otel

import (
	"cmp"

	"go.opentelemetry.io/otel/attribute"
)

// The names are those of OpenTelemetry's semantic conventions for generative AI (status: development); what begins with
// llmgate is our own.
const (
	scope = "github.com/seed63918563/llmgate/observe/otel"

	operation  = "chat"
	outputJSON = "json"

	keyOperation     = attribute.Key("gen_ai.operation.name")
	keyProvider      = attribute.Key("gen_ai.provider.name")
	keyRequestModel  = attribute.Key("gen_ai.request.model")
	keyMaxTokens     = attribute.Key("gen_ai.request.max_tokens")
	keyTemperature   = attribute.Key("gen_ai.request.temperature")
	keyTopP          = attribute.Key("gen_ai.request.top_p")
	keyTopK          = attribute.Key("gen_ai.request.top_k")
	keySeed          = attribute.Key("gen_ai.request.seed")
	keyFrequency     = attribute.Key("gen_ai.request.frequency_penalty")
	keyPresence      = attribute.Key("gen_ai.request.presence_penalty")
	keyStream        = attribute.Key("gen_ai.request.stream")
	keyOutputType    = attribute.Key("gen_ai.output.type")
	keyResponseModel = attribute.Key("gen_ai.response.model")
	keyResponseID    = attribute.Key("gen_ai.response.id")
	keyFinish        = attribute.Key("gen_ai.response.finish_reasons")
	keyFirstChunk    = attribute.Key("gen_ai.response.time_to_first_chunk")
	keyInput         = attribute.Key("gen_ai.usage.input_tokens")
	keyOutput        = attribute.Key("gen_ai.usage.output_tokens")
	keyReasoning     = attribute.Key("gen_ai.usage.reasoning.output_tokens")
	keyCacheRead     = attribute.Key("gen_ai.usage.cache_read.input_tokens")
	keyCacheWrite    = attribute.Key("gen_ai.usage.cache_creation.input_tokens")
	keyTokenType     = attribute.Key("gen_ai.token.type")
	keyQuestion      = attribute.Key("gen_ai.input.messages")
	keyAnswer        = attribute.Key("gen_ai.output.messages")
	keyErrorType     = attribute.Key("error.type")
	keyStatus        = attribute.Key("http.response.status_code")

	keyAttempts  = attribute.Key("llmgate.attempts")
	keyFromCache = attribute.Key("llmgate.from_cache")
	keyCost      = attribute.Key("llmgate.cost_usd")
	keyKey       = attribute.Key("llmgate.key")
	keyWaited    = attribute.Key("llmgate.waited_seconds")
	keyTarget    = attribute.Key("llmgate.target")
	keyState     = attribute.Key("llmgate.state")

	// Of an attempt. What a request used stands in its span under the conventions' names; were it there for attempts too, sums
	// over spans would have it twice.
	keyAttemptInput  = attribute.Key("llmgate.attempt.input_tokens")
	keyAttemptOutput = attribute.Key("llmgate.attempt.output_tokens")
	keyAttemptCost   = attribute.Key("llmgate.attempt.cost_usd")

	eventAdmitted   = "llmgate.admitted"
	eventFirstChunk = "llmgate.first_chunk"

	nameDuration   = "gen_ai.client.operation.duration"
	nameFirstChunk = "gen_ai.client.operation.time_to_first_chunk"
	nameTokens     = "gen_ai.client.token.usage"
	nameAttempts   = "llmgate.attempts"
	nameWait       = "llmgate.wait.duration"
	nameCost       = "llmgate.cost"
	nameChanges    = "llmgate.target.changes"
)

// wellKnown are the conventions' names of providers that have another one here.
var wellKnown = map[string]string{
	"azure": "azure.ai.openai", "bedrock": "aws.bedrock", "gemini": "gcp.gemini", "googleai": "gcp.gemini", "mistral": "mistral_ai",
	"moonshot": "moonshot_ai", "vertex": "gcp.vertex_ai", "watsonx": "ibm.watsonx.ai", "xai": "x_ai",
}

func provider(name string) attribute.KeyValue {
	return keyProvider.String(cmp.Or(wellKnown[name], name))
}
