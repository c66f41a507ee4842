package openai

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// API is one of OpenAI's two ways to ask a model.
type API string

// The APIs. Chat is the default; every compatible server has it. Responses is the newer one, used without the provider's
// memory: nothing is stored, and encrypted reasoning travels with the conversation. Its objects text and reasoning are merged
// with those of a request's Extra field by field, so that a verbosity or a summary can be asked for beside what the
// vocabulary says; tools that the provider runs itself go into Extra, too.
const (
	Chat      API = "chat"
	Responses API = "responses"
)

// path is what an API's address ends with.
func (a API) path() string {
	if a == Responses {
		return "/responses"
	}
	return "/chat/completions"
}

// DefaultBaseURL is OpenAI's own.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config describes one provider. The zero value of a field is its documented default.
type Config struct {
	// APIKey is sent as a bearer token (Azure: as api-key). Required unless BaseURL is set or Header authorises.
	APIKey string
	// API is Chat if empty.
	API API
	// BaseURL is the address up to and without /chat/completions or /responses; DefaultBaseURL if empty.
	BaseURL string
	// Model is used for requests that name none.
	Model string
	// Provider is the name in responses and errors and the key of request.Request.Extra; "openai" if empty.
	Provider string
	// Organization and Project are sent as OpenAI's headers of these names.
	Organization string
	Project      string
	// Header is sent with every request, over the headers set here.
	Header http.Header

	// Azure makes BaseURL the endpoint of an Azure OpenAI resource, such as https://NAME.openai.azure.com. With APIVersion
	// the older addresses are used, in which Chat has the deployment named by the model; without, the v1 form.
	Azure      bool
	APIVersion string

	// Quirks are the provider's differences from OpenAI's Chat Completions. Responses heeds DailyRequests and NoBatches alone.
	Quirks Quirks
	// Capabilities describes models. Those that it does not know, and all if it is nil, go by the table of models.
	Capabilities func(model string) request.Capabilities
	// Models is the table of models, for what they can do and what answers cost; nil is the one that package pricing has built
	// in. An empty table knows none: nothing is checked by it, and no answer is priced.
	Models *pricing.Table

	// OnUnknownError is for a log: it is called, if it is not nil, with an error response whose words nobody knows, so that
	// only its status classified it. That happens once for each shape of body (status, code, type and names of fields), for at
	// most 256 of them. It is called by the goroutine of the call that failed, possibly by several at once, and must not
	// change the error.
	OnUnknownError func(*request.Error)

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
	c.Provider = cmp.Or(c.Provider, "openai")
	var faults []string
	if c.APIKey == "" && c.BaseURL == "" && len(c.Header) == 0 {
		faults = append(faults, "APIKey is empty; set it, or BaseURL for a server without keys")
	}
	if c.BaseURL == "" && c.Azure {
		faults = append(faults, "BaseURL is empty; set the endpoint of the Azure resource")
	}
	if c.API != "" && c.API != Chat && c.API != Responses {
		faults = append(faults, fmt.Sprintf("API %q is unknown; use chat or responses", c.API))
	}
	if c.APIVersion != "" && !c.Azure {
		faults = append(faults, "APIVersion is set without Azure")
	}
	common := dialect.Config{
		Provider: c.Provider, Model: c.Model,
		APIKey: c.APIKey, BaseURL: cmp.Or(c.BaseURL, DefaultBaseURL), Header: c.Header,
		Transport: c.Transport, FirstByteTimeout: c.FirstByteTimeout, IdleTimeout: c.IdleTimeout, MaxAnswer: c.MaxAnswer,
		Own:          c.headers(),
		ReadLimits:   func(h http.Header, to *request.Limits) { edge.OpenAILimits(h, c.Quirks.DailyRequests, to) },
		Capabilities: c.Capabilities, Models: c.Models, OnUnknownError: c.OnUnknownError,
	}
	err := common.Check(faults, Chat.path(), Responses.path())
	c.BaseURL = common.BaseURL
	return common, err
}

// headers authorise as the provider wants it.
func (c *Config) headers() map[string]string {
	own := map[string]string{"OpenAI-Organization": c.Organization, "OpenAI-Project": c.Project}
	switch {
	case c.APIKey == "":
	case c.Azure:
		own["Api-Key"] = c.APIKey
	default:
		own["Authorization"] = "Bearer " + c.APIKey
	}
	return own
}
