package dialect

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Config is what clients of all dialects are configured with. Zero values mean the defaults of package wire.
type Config struct {
	// Provider is the name in responses and errors, Model that of requests that name none.
	Provider string
	Model    string

	APIKey  string
	BaseURL string
	// Header is sent with every request, over the headers that the dialect sets.
	Header http.Header

	Transport        http.RoundTripper
	FirstByteTimeout time.Duration
	IdleTimeout      time.Duration
	MaxAnswer        int64
	// ReadLimits reads the rate limits that a response's headers state; nil where the API states none.
	ReadLimits func(h http.Header, to *request.Limits)
	// Capabilities describes models; those that it does not know, and all if it is nil, go by the table of models.
	Capabilities func(model string) request.Capabilities
	// Models is the table of models, for what they can do and what they cost; the built-in one if nil.
	Models *pricing.Table
}

// Check checks key and address, takes the slashes off the end of the address, and reports these faults together with those
// that the dialect found. endings are paths that people copy into a base URL although the client appends them.
func (c *Config) Check(faults []string, endings ...string) error {
	if strings.ContainsFunc(c.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }) {
		faults = append(faults, "APIKey contains a space or a character that can't stand in a header; check how it was read")
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if err := checkAddress(c.BaseURL, endings); err != nil {
		faults = append(faults, fmt.Sprintf("BaseURL %q: %v", withoutPassword(c.BaseURL), err))
	}
	if len(faults) > 0 {
		return &request.Error{Class: request.ClassInvalid, Provider: c.Provider, Message: "configuration: " + strings.Join(faults, "; ")}
	}
	return nil
}

func checkAddress(text string, endings []string) error {
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
	}
	for _, ending := range endings {
		if strings.HasSuffix(u.Path, ending) {
			return errors.New("must end before " + ending)
		}
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

// Headers are made once and shared by all requests: those of every dialect, the given ones, and over them the configured.
func (c *Config) Headers(own map[string]string) http.Header {
	h := http.Header{
		"Content-Type": {"application/json"},
		"User-Agent":   {wire.UserAgent},
	}
	for name, value := range own {
		if value != "" {
			h.Set(name, value)
		}
	}
	for name, values := range c.Header {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	return h
}

// secrets are what must never be shown: the key, and what stands in headers that authorise.
func (c *Config) secrets() []string {
	secrets := []string{c.APIKey}
	for name, values := range c.Header {
		switch http.CanonicalHeaderKey(name) {
		case "Authorization", "Api-Key", "X-Api-Key", "X-Goog-Api-Key", "Proxy-Authorization", "Cookie", "Cf-Aig-Authorization":
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
