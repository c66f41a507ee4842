package langchain

import (
	"net/http"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Config describes a client. The zero value of a field is its documented default.
type Config struct {
	// Provider is the name in responses and errors and the key of request.Request.Extra. Empty: the name of the model's
	// package in langchaingo, such as "bedrock".
	Provider string
	// Model is used for requests that name none.
	Model string
	// Capabilities describes models; those that it does not know, and all if it is nil, go by the table of models.
	Capabilities func(model string) request.Capabilities
	// Models is the table of models, for what they can do and what answers cost; nil is the one that package pricing has built
	// in. An empty table knows none: nothing is checked by it, and no answer is priced.
	Models *pricing.Table

	// What follows is for OpenAI, Anthropic and Ollama. APIKey is required by the first two, unless BaseURL is set or Header
	// authorises.
	APIKey string
	// BaseURL is the address up to and without /chat/completions, /messages or /api/chat; the vendor's own, or Ollama's port
	// on this machine, if empty.
	BaseURL string
	// Header is sent with every request, over the headers set here.
	Header http.Header
	// Transport sends the requests; nil is a tuned transport that all clients share. It must not change a request it is
	// given: headers are shared between calls.
	Transport http.RoundTripper
	// FirstByteTimeout bounds the wait for response headers (10 minutes if zero), IdleTimeout each wait for more of an
	// answer (5 minutes if zero). Negative: no bound. A context's deadline holds besides.
	FirstByteTimeout time.Duration
	IdleTimeout      time.Duration
	// MaxAnswer bounds an answer, in bytes; 64 MB if zero.
	MaxAnswer int64
}

// frame is the configuration in the words of package dialect.
func (c *Config) frame() dialect.Config {
	return dialect.Config{
		Provider: c.Provider, Model: c.Model, Capabilities: c.Capabilities, Models: c.Models,
		APIKey: c.APIKey, BaseURL: c.BaseURL, Header: c.Header,
		Transport: c.Transport, FirstByteTimeout: c.FirstByteTimeout, IdleTimeout: c.IdleTimeout, MaxAnswer: c.MaxAnswer,
	}
}
