package openai

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// DefaultBaseURL is OpenAI's own.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config describes one provider. The zero value of a field is its documented default.
type Config struct {
	// APIKey is sent as a bearer token (Azure: as api-key). Required unless BaseURL is set or Header authorises.
	APIKey string
	// BaseURL is the address up to and without /chat/completions; DefaultBaseURL if empty.
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
	// the deployment named by the model stands in the address; without, the v1 form is used.
	Azure      bool
	APIVersion string

	// Quirks are the provider's differences from OpenAI.
	Quirks Quirks
	// Capabilities describes models; nil describes none.
	Capabilities func(model string) request.Capabilities

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
func (c *Config) complete() error {
	var faults []string
	if c.Provider == "" {
		c.Provider = "openai"
	}
	if c.APIKey == "" && c.BaseURL == "" && len(c.Header) == 0 {
		faults = append(faults, "APIKey is empty; set it, or BaseURL for a server without keys")
	}
	if strings.ContainsFunc(c.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }) {
		faults = append(faults, "APIKey contains a space or a character that can't stand in a header; check how it was read")
	}
	if c.BaseURL == "" {
		if c.BaseURL = DefaultBaseURL; c.Azure {
			faults = append(faults, "BaseURL is empty; set the endpoint of the Azure resource")
		}
	}
	if c.APIVersion != "" && !c.Azure {
		faults = append(faults, "APIVersion is set without Azure")
	}
	if err := checkURL(c.BaseURL); err != nil {
		faults = append(faults, fmt.Sprintf("BaseURL %q: %v", withoutPassword(c.BaseURL), err))
	}
	if len(faults) > 0 {
		return &request.Error{Class: request.ClassInvalid, Provider: c.Provider, Message: "configuration: " + strings.Join(faults, "; ")}
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("not an address; give one like https://host/v1")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("must begin with http:// or https:// and name a host")
	case u.User != nil:
		return errors.New("must not hold a password; give it by Header")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("must not have a query; it is an address to append to")
	case strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions"):
		return errors.New("must end before /chat/completions")
	}
	return nil
}

// withoutPassword is an address fit to be shown.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return wire.Redact(address)
	}
	return wire.Redact(u.Redacted())
}

// secrets are what must never be shown: the key, and what stands in headers that authorise.
func (c *Config) secrets() []string {
	secrets := []string{c.APIKey}
	for name, values := range c.Header {
		switch http.CanonicalHeaderKey(name) {
		case "Authorization", "Api-Key", "X-Api-Key", "Proxy-Authorization", "Cookie", "Cf-Aig-Authorization":
			for _, v := range values {
				scheme, token, ok := strings.Cut(v, " ")
				if !ok {
					token = scheme
				}
				secrets = append(secrets, token)
			}
		}
	}
	return secrets
}

// headers are made once and shared by all requests.
func (c *Config) headers() http.Header {
	h := http.Header{
		"Content-Type": {"application/json"},
		"User-Agent":   {wire.UserAgent},
	}
	switch {
	case c.APIKey == "":
	case c.Azure:
		h.Set("Api-Key", c.APIKey)
	default:
		h.Set("Authorization", "Bearer "+c.APIKey)
	}
	if c.Organization != "" {
		h.Set("Openai-Organization", c.Organization)
	}
	if c.Project != "" {
		h.Set("Openai-Project", c.Project)
	}
	for name, values := range c.Header {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	return h
}

// targetFor builds the address of a model's requests.
func (c *Client) targetFor(model string) (*wire.Target, error) {
	address := c.cfg.BaseURL + "/chat/completions"
	switch {
	case c.cfg.APIVersion != "":
		address = c.cfg.BaseURL + "/openai/deployments/" + url.PathEscape(model) + "/chat/completions?api-version=" + url.QueryEscape(c.cfg.APIVersion)
	case c.cfg.Azure && !strings.HasSuffix(c.cfg.BaseURL, "/openai/v1"):
		address = c.cfg.BaseURL + "/openai/v1/chat/completions"
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of model %q: %w", model, err)
	}
	return &wire.Target{URL: u, Header: c.header}, nil
}
