package gemini

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// DefaultBaseURL is that of the Gemini API.
const DefaultBaseURL = "https://generativelanguage.googleapis.com/v1beta"

// Config describes one provider. The zero value of a field is its documented default.
type Config struct {
	// APIKey is sent in the header x-goog-api-key. Required unless BaseURL is set or Header authorises.
	APIKey string
	// BaseURL is the address up to and without /models/MODEL; DefaultBaseURL if empty. Vertex AI:
	// https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION/publishers/google, with an
	// Authorization in Header.
	BaseURL string
	// Model is used for requests that name none. A name with a slash, such as tunedModels/NAME, is a path behind BaseURL; any
	// other stands behind models/.
	Model string
	// Provider is the name in responses and errors and the key of request.Request.Extra; "gemini" if empty.
	Provider string
	// Header is sent with every request, over the headers set here. A token that expires is the Transport's to set.
	Header http.Header

	// Capabilities describes models. Those that it does not know, and all if it is nil, go by the table of models.
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
	c.Provider = cmp.Or(c.Provider, "gemini")
	var faults []string
	if c.APIKey == "" && c.BaseURL == "" && len(c.Header) == 0 {
		faults = append(faults, "APIKey is empty; set it, or BaseURL for a server without keys")
	}
	common := dialect.Config{
		Provider: c.Provider, Model: c.Model,
		APIKey: c.APIKey, BaseURL: cmp.Or(c.BaseURL, DefaultBaseURL), Header: c.Header,
		Transport: c.Transport, FirstByteTimeout: c.FirstByteTimeout, IdleTimeout: c.IdleTimeout, MaxAnswer: c.MaxAnswer,
		Capabilities: c.Capabilities, Models: c.Models,
	}
	err := common.Check(faults, "/models", methodComplete, methodStream)
	c.BaseURL = common.BaseURL
	return common, err
}

// headers authorise with the key. It never stands in an address, which logs and proxies keep.
func (c *Config) headers() map[string]string {
	return map[string]string{"X-Goog-Api-Key": c.APIKey}
}

// isVertex tells Vertex AI by its address. It differs in how it counts tokens and in what it knows of ids and files.
func (c *Config) isVertex() bool {
	return strings.Contains(c.BaseURL, "aiplatform.googleapis.com") || strings.HasSuffix(c.BaseURL, "/publishers/google")
}
