package langchain

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// The addresses of the providers.
const (
	DefaultOpenAIURL    = "https://api.openai.com/v1"
	DefaultAnthropicURL = "https://api.anthropic.com/v1"
	DefaultOllamaURL    = "http://127.0.0.1:11434"
)

// client is one of the three vendors through langchaingo's writing and llmgate's sending and reading.
type client struct {
	cfg     Config
	model   llms.Model
	takes   *backend
	dialect *dialect.Client
	target  *wire.Target
	// codec begins a request in the vendor's dialect.
	codec func(written) dialect.Codec
}

// standIn is the key and the model that langchaingo is told. The real key does not enter it; and by the model's name it would
// decide whether to send system messages and the temperature, and compile a regular expression for each family it looks for.
const standIn = "gpt-4"

// OpenAI returns a client for Chat Completions, of OpenAI or of a compatible server, over langchaingo's openai package.
func OpenAI(cfg Config) (request.Client, error) {
	m, err := openai.New(openai.WithToken(standIn), openai.WithModel(standIn), openai.WithBaseURL(DefaultOpenAIURL),
		openai.WithOrganization(""), openai.WithHTTPClient(catcher{}))
	if err != nil {
		return nil, err
	}
	return ready(cfg, m, vendor{
		name: "openai", address: DefaultOpenAIURL, path: "/chat/completions", needsKey: true,
		headers: map[string]string{"Authorization": bearer(cfg.APIKey)},
		limits:  func(h http.Header, to *request.Limits) { edge.OpenAILimits(h, false, to) },
		codec:   func(w written) dialect.Codec { return &openaiChat{written: w} },
	})
}

// Anthropic returns a client for the Messages API over langchaingo's anthropic package.
func Anthropic(cfg Config) (request.Client, error) {
	m, err := anthropic.New(anthropic.WithToken(standIn), anthropic.WithModel(standIn), anthropic.WithHTTPClient(catcher{}))
	if err != nil {
		return nil, err
	}
	return ready(cfg, m, vendor{
		name: "anthropic", address: DefaultAnthropicURL, path: "/messages", needsKey: true,
		headers: map[string]string{"X-Api-Key": cfg.APIKey, "Anthropic-Version": "2023-06-01"},
		limits:  func(h http.Header, to *request.Limits) { edge.AnthropicLimits(h, time.Now(), to) },
		codec:   func(w written) dialect.Codec { return &anthropicChat{written: w} },
	})
}

// Ollama returns a client for Ollama's own chat API over langchaingo's ollama package, which knows no tools: Ollama's
// OpenAI-compatible API does, through [OpenAI] or providers/openai. The key is for servers behind a proxy.
func Ollama(cfg Config) (request.Client, error) {
	m, err := ollama.New(ollama.WithModel(standIn), ollama.WithServerURL(DefaultOllamaURL), ollama.WithHTTPClient(&http.Client{Transport: catcher{}}))
	if err != nil {
		return nil, err
	}
	cfg.Transport = lines{base: cfg.Transport}
	return ready(cfg, m, vendor{
		name: "ollama", address: DefaultOllamaURL, path: "/api/chat",
		headers: map[string]string{"Authorization": bearer(cfg.APIKey)},
		codec:   func(w written) dialect.Codec { return &ollamaChat{written: w} },
	})
}

func bearer(key string) string {
	if key == "" {
		return ""
	}
	return "Bearer " + key
}

// vendor is what differs between the three.
type vendor struct {
	name, address, path string
	needsKey            bool
	headers             map[string]string
	limits              func(http.Header, *request.Limits)
	codec               func(written) dialect.Codec
}

// ready checks the configuration, reporting all faults together, and opens no connection.
func ready(cfg Config, m llms.Model, v vendor) (request.Client, error) {
	var faults []string
	if v.needsKey && cfg.APIKey == "" && cfg.BaseURL == "" && len(cfg.Header) == 0 {
		faults = append(faults, "APIKey is empty; set it, or BaseURL for a server without keys")
	}
	cfg.Provider, cfg.BaseURL = cmp.Or(cfg.Provider, v.name), cmp.Or(cfg.BaseURL, v.address)
	frame := cfg.frame()
	frame.Own, frame.ReadLimits = v.headers, v.limits
	err := frame.Check(faults, v.path)
	if err != nil {
		return nil, err
	}
	cfg.BaseURL = frame.BaseURL
	c := &client{cfg: cfg, model: m, takes: backends[v.name], codec: v.codec, dialect: dialect.New(frame)}
	c.target, err = c.dialect.TargetBehind(v.path)
	return c, err
}

// Complete sends the request and blocks until the whole answer has come.
func (c *client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	return dialect.Complete(ctx, c.begin(&req))
}

// Stream returns the answer as it is written; see request.Client.
func (c *client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return dialect.Stream(ctx, func() dialect.Codec { return c.begin(&req) })
}

func (c *client) begin(req *request.Request) dialect.Codec {
	return c.codec(written{Call: c.dialect.NewCall(req), client: c})
}

// CountTokens estimates the prompt offline: langchaingo counts by downloading tables, or guesses too.
func (c *client) CountTokens(_ context.Context, req request.Request) (request.TokenCount, error) {
	return c.dialect.EstimateTokens(&req)
}

// Capabilities describes a model as far as it can be used through langchaingo.
func (c *client) Capabilities(model string) request.Capabilities {
	return c.takes.within(c.dialect.Capabilities(model))
}
