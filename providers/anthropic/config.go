package anthropic

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// DefaultBaseURL is Anthropic's own.
const DefaultBaseURL = "https://api.anthropic.com"

// Platform is who serves the models, which decides the address, the key's header and a few fields.
type Platform uint8

const (
	// Direct is Anthropic, or a server that is compatible with it.
	Direct Platform = iota
	// Vertex is Google's Vertex AI. Its access tokens last an hour: give a Transport that renews them to longer programs.
	Vertex
	// Bedrock is Amazon Bedrock's InvokeModel.
	Bedrock
)

// Config describes one provider. The zero value of a field is its documented default.
type Config struct {
	// APIKey is sent as x-api-key; on Vertex (an access token) and Bedrock (an API key) as a bearer token. Required unless
	// BaseURL is set or Header authorises.
	APIKey string
	// BaseURL is the address up to and without /v1/messages; DefaultBaseURL if empty, and a trailing /v1 is let pass. On
	// Vertex it ends with /projects/PROJECT/locations/LOCATION, on Bedrock with the host; both have no default.
	BaseURL string
	// Model is used for requests that name none.
	Model string
	// Provider is the name in responses and errors and the key of request.Request.Extra; "anthropic" if empty.
	Provider string
	// Platform is who serves the models; Direct if zero.
	Platform Platform
	// Version is the API's, as anthropic-version; 2023-06-01 if empty, vertex-2023-10-16 on Vertex, bedrock-2023-05-31 on
	// Bedrock.
	Version string
	// Beta names features in test that requests are to have, as anthropic-beta.
	Beta []string
	// Header is sent with every request, over the headers set here.
	Header http.Header

	// Capabilities describes models; those that it does not know, and all if it is nil, go by the table of package pricing.
	// The description gives the bound of answers where a request sets none, and tells what the model refuses.
	Capabilities func(model string) request.Capabilities
	// Models is the table of models, for what they can do and what answers cost; nil is the one that package pricing has built
	// in. An empty table knows none: nothing is checked by it, and no answer is priced.
	Models *pricing.Table

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

// complete fills in defaults and checks the whole configuration.
func (c *Config) complete() (dialect.Config, error) {
	c.Provider = cmp.Or(c.Provider, "anthropic")
	faults := c.faults()
	if c.Platform <= Bedrock {
		c.Version = cmp.Or(c.Version, [...]string{"2023-06-01", "vertex-2023-10-16", "bedrock-2023-05-31"}[c.Platform])
	}
	common := dialect.Config{
		Provider: c.Provider, Model: c.Model,
		APIKey: c.APIKey, BaseURL: cmp.Or(c.BaseURL, DefaultBaseURL), Header: c.Header,
		Transport: c.Transport, FirstByteTimeout: c.FirstByteTimeout, IdleTimeout: c.IdleTimeout, MaxAnswer: c.MaxAnswer,
		ReadLimits:   func(h http.Header, to *request.Limits) { edge.AnthropicLimits(h, time.Now(), to) },
		Capabilities: c.Capabilities, Models: c.Models,
	}
	err := common.Check(faults, "/messages", "/publishers/anthropic/models", "/model")
	c.BaseURL = common.BaseURL
	if c.Platform == Direct {
		c.BaseURL = strings.TrimSuffix(c.BaseURL, "/v1")
	}
	return common, err
}

func (c *Config) faults() (faults []string) {
	switch {
	case c.Platform > Bedrock:
		faults = append(faults, "Platform is unknown; use Direct, Vertex or Bedrock")
	case c.Platform == Vertex && c.BaseURL == "":
		faults = append(faults, "BaseURL is empty; set https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION")
	case c.Platform == Bedrock && c.BaseURL == "":
		faults = append(faults, "BaseURL is empty; set https://bedrock-runtime.REGION.amazonaws.com")
	case c.APIKey == "" && c.BaseURL == "" && len(c.Header) == 0:
		faults = append(faults, "APIKey is empty; set it, or BaseURL for a server without keys")
	}
	for _, name := range c.Beta {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) {
			faults = append(faults, "Beta holds an entry that is no feature's name; give names such as files-api-2025-04-14")
		}
	}
	return faults
}

// headers authorise as the platform wants it.
func (c *Config) headers() map[string]string {
	own := map[string]string{"Anthropic-Beta": strings.Join(c.Beta, ",")}
	switch {
	case c.Platform == Direct:
		own["Anthropic-Version"] = c.Version
		own["X-Api-Key"] = c.APIKey
	case c.APIKey != "":
		own["Authorization"] = "Bearer " + c.APIKey
	}
	if c.Platform == Bedrock {
		delete(own, "Anthropic-Beta") // stands in the body
	}
	return own
}
