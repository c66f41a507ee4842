// Package langchain joins llmgate and langchaingo, both ways: [Wrap] makes a request.Client of any langchaingo model, so that
// Bedrock, Cohere, Cloudflare, watsonx and the rest stand behind llmgate's retry, budget and cache; [Model] makes a
// langchaingo model of any request.Client, so that chains and agents run over llmgate.
//
// [OpenAI], [Anthropic] and [Ollama] are ready clients in which langchaingo writes the conversation while llmgate completes
// the body, sends it and reads the answer: parameters that langchaingo can't say are sent, and an answer that is cut,
// stalled or mixed up is an error. Prefer the native packages, such as providers/openai, for speed and for content that
// langchaingo has no words for; docs/adr/0001-native-codecs.md has the measurements.
//
// What a model can't be told through langchaingo is reported: content is an error before anything is sent, a parameter is a
// warning on the response.
package langchain

import (
	"cmp"
	"context"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// adapter is a request.Client over a langchaingo model that sends and reads by itself.
type adapter struct {
	model llms.Model
	cfg   Config
	takes *backend
	// frame counts tokens and describes models as it does for the native clients.
	frame *dialect.Client
}

// Wrap makes a client of a langchaingo model. Of the configuration it uses Provider, Model and Capabilities; address, key and
// transport are the model's own. It knows what each package of langchaingo v0.1.14 passes on and reports the rest; of a model
// from elsewhere it believes that everything is passed on.
//
// Calls end with ctx only if the model heeds it: langchaingo's mistral package does not. Give the model's HTTP client a
// [Transport], where its package lets you, or its errors have no status, no wait hint and mostly no class. A panic of the
// model is an error, unless the model lets it happen on a goroutine of its own.
func Wrap(model llms.Model, cfg Config) request.Client {
	takes := backendOf(model)
	cfg.Provider = cmp.Or(cfg.Provider, takes.name)
	return &adapter{model: model, cfg: cfg, takes: takes, frame: dialect.New(cfg.frame())}
}

// Complete sends the request and blocks until langchaingo has the whole answer.
func (a *adapter) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	c, err := a.prepare(&req)
	if err != nil {
		return nil, err
	}
	return c.complete(ctx)
}

// CountTokens estimates the prompt offline: langchaingo counts by downloading tables, or guesses too.
func (a *adapter) CountTokens(_ context.Context, req request.Request) (request.TokenCount, error) {
	return a.frame.EstimateTokens(&req)
}

// Capabilities describes a model as far as it can be used through langchaingo.
func (a *adapter) Capabilities(model string) request.Capabilities {
	can := a.takes.within(a.frame.Capabilities(model))
	can.JSONMode = can.JSONMode && a.takes.options&sendsJSONMode != 0
	can.JSONSchema = false
	return can
}
