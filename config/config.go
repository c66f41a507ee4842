// Package config reads a Gate's configuration from a YAML file, for programs that are set up by a person who does not compile
// them, such as the command line. A Go program fills in llmgate.Config instead.
//
// Reading is strict: what is not known, comes twice or has the wrong form is an error with file, line and column, and all are
// told together. A file holds no secrets; it names the environment variables that do.
package config

import (
	"errors"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/providers"
)

// MaxFile is the largest file that is read, in bytes. The parser takes quadratic time for what is nested without end.
const MaxFile = 1 << 18

// maxFaults are told of a file; one that has more is something else.
const maxFaults = 50

// Load reads a file. Environment variables, which have the keys, are asked of getenv; nil is the process's own. Models are not
// opened yet.
func Load(file string, getenv func(string) string) (llmgate.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return llmgate.Config{}, err
	}
	return Parse(file, text, getenv)
}

// Parse is Load for a text. The name of the file stands in errors.
func Parse(file string, text []byte, getenv func(string) string) (cfg llmgate.Config, err error) {
	if getenv == nil {
		getenv = os.Getenv
	}
	if len(text) > MaxFile {
		return cfg, fmt.Errorf("%s: larger than %d bytes; is it the configuration?", file, MaxFile)
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return cfg, fmt.Errorf("%s:%w", file, syntax(err))
	}
	r := &reader{file: file}
	root := place{}
	for i, doc := range tree.Docs {
		switch {
		case i == 0:
			root.node = doc.Body
		case doc.Body != nil:
			r.fault(place{node: doc.Body}, "a second document; keep one")
		}
	}
	r.config(root, &cfg, getenv)
	if len(cfg.Models)+len(cfg.Targets) == 0 && len(r.faults) == 0 {
		r.fault(root, "no models; name one, such as models: [openai/gpt-5-mini]")
	}
	return cfg, r.report()
}

func (r *reader) report() error {
	if more := len(r.faults) - maxFaults; more > 0 {
		return errors.Join(append(r.faults[:maxFaults:maxFaults], fmt.Errorf("%s: and %d more", r.file, more))...)
	}
	return errors.Join(r.faults...)
}

// syntax turns the parser's error, which draws the place, into one line of "line:column: what".
func syntax(err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf(" not YAML: %w", err)
	}
	at := e.GetToken().Position
	return fmt.Errorf("%d:%d: not YAML: %s", at.Line, at.Column, e.GetMessage())
}

func (r *reader) config(p place, c *llmgate.Config, getenv func(string) string) {
	c.Options = []llmgate.Option{providers.WithGetenv(getenv)}
	r.fields(p, map[string]take{
		"models":    func(p place) { c.Models = r.each(p, r.model) },
		"targets":   func(p place) { r.elements(p, func(p place) { c.Targets = append(c.Targets, r.target(p, getenv)) }) },
		"order":     into(&c.Order, oneOf(r, orders)),
		"tenants":   func(p place) { c.Tenants = entries(r, p, r.weight) },
		"policy":    func(p place) { c.Policy = r.policy(p) },
		"budgets":   func(p place) { r.elements(p, func(p place) { c.Budget.More = append(c.Budget.More, r.budget(p)) }) },
		"unpriced":  into(&c.Budget.Unpriced, oneOf(r, map[string]ledger.Unpriced{"refuse": ledger.RefuseUnpriced, "count_tokens": ledger.CountTokens})),
		"unbounded": into(&c.Budget.AllowUnbounded, oneOf(r, map[string]bool{"refuse": false, "allow": true})),
		"state":     into(&c.State, r.text),
		"cache":     func(p place) { c.Cache = r.cache(p) },
	})
}

// orders are the names of policy's orders.
var orders = map[string]policy.Order{
	"chain": policy.Chain(), "cheapest": policy.LowestCost(), "fastest": policy.LowestLatency(), "first_token": policy.LowestTTFT(),
	"least_busy": policy.LeastBusy(), "round_robin": policy.RoundRobin(), "weighted": policy.Weighted(),
}

func (r *reader) cache(p place) *cache.Config {
	c := &cache.Config{}
	r.fields(p, map[string]take{
		"ttl":            into(&c.TTL, r.duration),
		"max_bytes":      into(&c.MaxBytes, r.bytes),
		"max_entries":    into(&c.MaxEntries, r.atLeast(1)),
		"keep_truncated": into(&c.KeepTruncated, r.truth),
	})
	return c
}
