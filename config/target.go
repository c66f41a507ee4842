package config

import (
	"math"
	"net/url"

	"github.com/seed63918563/llmgate"
)

func (r *reader) target(p place, getenv func(string) string) (t llmgate.Target) {
	given := false
	r.fields(p, map[string]take{
		"model":         func(p place) { t.Model, _ = r.model(p); given = true },
		"name":          into(&t.Name, r.open),
		"key":           into(&t.Key, r.open),
		"key_env":       func(p place) { t.Options = append(t.Options, r.keyOption(p, getenv)...) },
		"base_url":      func(p place) { t.Options = append(t.Options, r.addressOption(p)...) },
		"max_in_flight": into(&t.MaxInFlight, r.atLeast(1)),
		"weight":        into(&t.Weight, r.atLeast(1)),
		"labels":        func(p place) { t.Labels = entries(r, p, r.open) },
		"limits": func(p place) {
			r.fields(p, map[string]take{
				"rpm":  into(&t.Limits.RPM, r.atLeast(1)),
				"tpm":  into(&t.Limits.TPM, r.atLeast(1)),
				"itpm": into(&t.Limits.ITPM, r.atLeast(1)),
				"otpm": into(&t.Limits.OTPM, r.atLeast(1)),
				"rpd":  into(&t.Limits.RPD, r.atLeast(1)),
				"tpd":  into(&t.Limits.TPD, r.atLeast(1)),
			})
		},
	})
	if !given {
		r.fault(p, "no model; write model: vendor/model")
	}
	return t
}

// keyOption gives the key that a variable holds.
func (r *reader) keyOption(p place, getenv func(string) string) []llmgate.Option {
	name, ok := r.open(p)
	if !ok {
		return nil
	}
	key := getenv(name)
	if key == "" {
		r.fault(p, "the environment variable that is named here is not set; set it, and name the variable here, not the key")
		return nil
	}
	return []llmgate.Option{llmgate.WithAPIKey(key)}
}

func (r *reader) addressOption(p place) []llmgate.Option {
	written, ok := r.open(p)
	if !ok {
		return nil
	}
	address, err := url.Parse(written)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		r.fault(p, "not the address of a server; write http://localhost:8000/v1")
		return nil
	case address.User != nil:
		r.fault(p, noSecrets)
		return nil
	}
	return []llmgate.Option{llmgate.WithBaseURL(written)}
}

// weight is a tenant's share.
func (r *reader) weight(p place) (float64, bool) { return r.share(p, math.Inf(1)) }
