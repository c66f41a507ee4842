package providers

import (
	"strings"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// Dialect is an API that llmgate speaks.
type Dialect uint8

// The dialects: OpenAI's two, Anthropic's and Gemini's.
const (
	ChatCompletions Dialect = iota
	Responses
	Messages
	GenerateContent

	// The same through langchaingo, for those that it knows.
	langchainOpenAI
	langchainAnthropic
	langchainOllama
	unspoken
)

// responsesSuffix behind a vendor's name asks for its Responses API, langchainPrefix before it for langchaingo's package.
const (
	responsesSuffix = "-responses"
	langchainPrefix = "langchain:"
)

// throughLangchain is the dialect of a host as langchaingo speaks it.
func (d Dialect) throughLangchain(host string) Dialect {
	switch {
	case host == "ollama":
		return langchainOllama
	case d == ChatCompletions && host != "azure":
		return langchainOpenAI
	case d == Messages:
		return langchainAnthropic
	}
	return unspoken
}

// call is what a client is opened with.
type call struct {
	key, baseURL, model string
	*options
}

func (h *Host) client(c call) (request.Client, error) {
	switch h.Dialect {
	case Messages:
		return asClient(anthropic.New(anthropic.Config{
			APIKey: c.key, BaseURL: c.baseURL, Model: c.model, Provider: h.Name, Transport: c.transport, Models: c.models, OnUnknownError: c.unknown,
		}))
	case GenerateContent:
		return asClient(gemini.New(gemini.Config{
			APIKey: c.key, BaseURL: c.baseURL, Model: c.model, Provider: h.Name, Transport: c.transport, Models: c.models, OnUnknownError: c.unknown,
		}))
	case langchainOpenAI, langchainAnthropic, langchainOllama:
		return h.chained(c)
	}
	cfg := openai.Config{
		APIKey: c.key, BaseURL: c.baseURL, Model: c.model, Provider: h.Name, Quirks: h.Quirks, Transport: c.transport,
		Models: c.models, OnUnknownError: c.unknown,
	}
	cfg.Quirks.NoBatches = !h.Batches
	if h.Dialect == Responses {
		cfg.API = openai.Responses
	}
	if h.Name == "azure" {
		cfg.Azure, cfg.APIVersion = true, c.getenv("OPENAI_API_VERSION")
	}
	return asClient(openai.New(cfg))
}

// chained opens langchaingo's packages, whose addresses begin elsewhere: Anthropic's behind /v1, Ollama's own API before it.
func (h *Host) chained(c call) (request.Client, error) {
	cfg := langchain.Config{
		APIKey: c.key, BaseURL: c.baseURL, Model: c.model, Provider: h.Name, Transport: c.transport, Models: c.models, OnUnknownError: c.unknown,
	}
	root := strings.TrimSuffix(strings.TrimRight(c.baseURL, "/"), "/v1")
	switch h.Dialect {
	case langchainAnthropic:
		cfg.BaseURL = root + "/v1"
		return langchain.Anthropic(cfg)
	case langchainOllama:
		cfg.BaseURL = root
		return langchain.Ollama(cfg)
	}
	return langchain.OpenAI(cfg)
}

// asClient returns a nil interface beside an error, where a dialect's New has a nil pointer that would not compare equal to
// nil.
func asClient[C request.Client](c C, err error) (request.Client, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
