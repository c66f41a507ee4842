// Package providers opens a client for a model by name, "vendor/model". It knows the vendors and servers that speak a
// supported dialect: their addresses, the environment variables of their keys, and how they differ. The vendor "sim" is
// the built-in simulator, which needs neither key nor network.
//
// Use a dialect's own package instead where the provider is fixed: the program is smaller and nothing is read from the
// environment.
package providers

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// Option changes how a client is opened.
type Option func(*options)

type options struct {
	key, baseURL string
	transport    http.RoundTripper
	getenv       func(string) string
	models       *pricing.Table
	unknown      func(*request.Error)
}

// WithAPIKey gives the key instead of the environment.
func WithAPIKey(key string) Option { return func(o *options) { o.key = key } }

// WithBaseURL sends requests to another server that speaks the vendor's dialect, such as a proxy or a server in the local
// network. The key is then optional.
func WithBaseURL(url string) Option { return func(o *options) { o.baseURL = url } }

// WithTransport sends requests through the given transport. It must not change the requests.
func WithTransport(t http.RoundTripper) Option { return func(o *options) { o.transport = t } }

// WithGetenv reads environment variables from a function instead of the process.
func WithGetenv(getenv func(string) string) Option { return func(o *options) { o.getenv = getenv } }

// WithModels describes and prices models by this table instead of the built-in one; see the dialects' Config.Models.
func WithModels(t *pricing.Table) Option { return func(o *options) { o.models = t } }

// WithUnknownErrors is for a log: report is called with an error response that only its status classified, once for each shape
// of body; see openai.Config. Clients of langchaingo's packages report none.
func WithUnknownErrors(report func(*request.Error)) Option {
	return func(o *options) { o.unknown = report }
}

// Open returns a client for a model named "vendor/model", such as "openai/gpt-5-mini". Two forms of the vendor's name ask for
// something else than its usual API: "openai-responses/gpt-5-mini" for the Responses API, where a vendor of the OpenAI kind has
// it, and "langchain:anthropic/claude-sonnet-4-5" for langchaingo's package in place of ours. The key comes from the vendor's
// environment variable; VENDOR_BASE_URL, if set, replaces the vendor's address and makes the key optional. Nothing is sent. The
// error, of class invalid or auth, names what is missing and where to put it. ctx is for look-ups that a vendor's credentials
// may need.
func Open(_ context.Context, name string, opts ...Option) (request.Client, error) {
	o := options{getenv: os.Getenv}
	for _, opt := range opts {
		opt(&o)
	}
	if err := Check(name); err != nil {
		return nil, err
	}
	vendor, model, _ := strings.Cut(name, "/")
	if vendor == "sim" {
		return openSim(model, &o)
	}
	host, _ := hostOf(vendor)
	return host.open(model, &o)
}

// Check reports, as Open would, that nothing can be opened by a name, whatever the keys and options.
func Check(name string) error {
	vendor, model, _ := strings.Cut(name, "/")
	if model == "" {
		return fault(request.ClassInvalid, vendor, fmt.Sprintf("model %q: write vendor/model, such as openai/gpt-5-mini", name))
	}
	if _, found := hostOf(vendor); !found && vendor != "sim" {
		return fault(request.ClassInvalid, vendor, fmt.Sprintf("model %q: no vendor is named %q; the vendors are %s. For any other OpenAI-compatible server use openai/%s with its base URL",
			name, vendor, strings.Join(Names(), ", "), model))
	}
	return nil
}

// Parse splits a name of Open's into the provider by which prices are found and money is counted, and the model. It is for names
// that Open accepts.
func Parse(name string) (provider, model string) {
	vendor, model, _ := strings.Cut(name, "/")
	if host, found := hostOf(vendor); found {
		vendor = host.Name
	}
	return vendor, model
}

// hostOf finds the vendor and the dialect that a name asks for.
func hostOf(vendor string) (Host, bool) {
	through, chained := strings.CutPrefix(vendor, langchainPrefix)
	name, responses := strings.CutSuffix(through, responsesSuffix)
	i := slices.IndexFunc(hosts, func(h Host) bool { return h.Name == name })
	if i < 0 || chained && responses {
		return Host{}, false
	}
	h := hosts[i]
	switch {
	case responses && h.Dialect != ChatCompletions:
		return Host{}, false
	case responses:
		h.Dialect = Responses
	case chained:
		h.Dialect = h.Dialect.throughLangchain(h.Name)
	}
	return h, h.Dialect != unspoken
}

// Names lists the vendors that Open knows.
func Names() []string {
	names := []string{"sim"}
	for _, h := range hosts {
		names = append(names, h.Name)
	}
	return names
}

// Hosts describes the vendors that Open knows, but for the simulator.
func Hosts() []Host { return slices.Clone(hosts) }

func (h *Host) open(model string, o *options) (request.Client, error) {
	baseURL, own, missing := h.baseURL(o)
	key := o.key
	for _, variable := range [...]string{h.KeyVariable, h.SecondKeyVariable} {
		if key == "" && variable != "" {
			key = strings.TrimSpace(o.getenv(variable))
		}
	}
	if key == "" && !h.KeyOptional && own {
		missing = append(missing, "no API key: set "+h.KeyVariable)
	}
	if len(missing) > 0 {
		return nil, fault(request.ClassAuth, h.Name, strings.Join(missing, "; "))
	}
	return h.client(call{key: key, baseURL: baseURL, model: model, options: o})
}

// baseURL is the given address, the one of the environment, or the vendor's own with its variables filled in.
func (h *Host) baseURL(o *options) (url string, own bool, missing []string) {
	if o.baseURL != "" {
		return o.baseURL, false, nil
	}
	if url = o.getenv(strings.ToUpper(h.Name) + "_BASE_URL"); url != "" {
		return url, false, nil
	}
	url = os.Expand(h.BaseURL, func(variable string) string {
		value := o.getenv(variable)
		if value == "" {
			missing = append(missing, "no address: set "+variable)
		}
		return value
	})
	return url, true, missing
}

func fault(class request.Class, vendor, message string) *request.Error {
	return &request.Error{Class: class, Provider: vendor, Message: message}
}

// openSim makes a client for a simulator: one that listens at the base URL, else one of its own, in memory, with the speed
// of a small model.
func openSim(model string, o *options) (request.Client, error) {
	transport, baseURL := o.transport, o.baseURL
	if transport == nil && baseURL == "" {
		s, err := sim.New(sim.Config{TTFT: sim.LogNormal(0.03, 0.4), TokensPerSecond: sim.Normal(1500, 300)})
		if err != nil {
			return nil, err
		}
		transport = s.Transport()
	}
	if baseURL == "" {
		baseURL = "http://simulator/v1"
	}
	return asClient(openai.New(openai.Config{APIKey: o.key, Model: model, Provider: "sim", BaseURL: baseURL, Transport: transport, Models: o.models}))
}
