package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/config"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

func getenv(name string) string {
	return map[string]string{"KEY_A": "sk-0123456789"}[name]
}

const whole = `
models: [openai/gpt-5-mini, anthropic/claude-haiku-4-5]
targets:
  - model: openai/gpt-5-nano
    name: nano
    key: team a
    key_env: KEY_A
    base_url: http://localhost:8000/v1
    limits: {rpm: 1, tpm: 2_000, itpm: 3, otpm: 4, rpd: 5, tpd: 6}
    max_in_flight: 7
    weight: 8
    labels: {region: eu, shard: 1}
order: cheapest
tenants: {acme: 3, other: 0.5}
policy:
  max_attempts: 4
  max_retries: 0
  max_wait: 1h30m
  spread: 2s
  stop_if_billed: true
  classes:
    rate_limit: {retries: 2, free: false, backoff: {base: 1s, max: 1m}, fallback: [other_key, other_model], first: other_key}
  reasons:
    daily: {fallback: nowhere}
budgets:
  - {name: a, cap: 20usd, window: month, match: {tenant: acme}, each: [model, team], at_cap: wait, warn: [0.5, 1]}
  - cap: 0.5
unpriced: count_tokens
unbounded: allow
state: money.db
cache: {ttl: 1h, max_bytes: 64MB, max_entries: 10, keep_truncated: true}
`

func TestEveryFieldIsRead(t *testing.T) {
	got, err := config.Parse("llmgate.yaml", []byte(whole), getenv)
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Default()
	p.MaxAttempts, p.MaxRetries, p.MaxWait, p.Spread, p.StopIfBilled = 4, 0, 90*time.Minute, 2*time.Second, true
	limited := p.Rules[request.ClassRateLimit]
	limited.Retries, limited.Free, limited.Backoff = 2, false, policy.Backoff{Base: time.Second, Max: time.Minute}
	limited.Fallback, limited.First = policy.OtherKey|policy.OtherModel, policy.OtherKey
	p.Rules[request.ClassRateLimit] = limited
	daily := p.Reasons[request.ReasonDaily]
	daily.Fallback = policy.Nowhere
	p.Reasons[request.ReasonDaily] = daily
	want := llmgate.Config{
		Models: []string{"openai/gpt-5-mini", "anthropic/claude-haiku-4-5"},
		Targets: []llmgate.Target{{
			Model: "openai/gpt-5-nano", Name: "nano", Key: "team a", Limits: lane.Limits{RPM: 1, TPM: 2000, ITPM: 3, OTPM: 4, RPD: 5, TPD: 6},
			MaxInFlight: 7, Weight: 8, Labels: map[string]string{"region": "eu", "shard": "1"},
		}},
		Tenants: map[string]float64{"acme": 3, "other": 0.5}, Policy: p,
		Budget: llmgate.Budget{More: []ledger.Budget{
			{Name: "a", Cap: 20 * llmgate.Dollar, Window: ledger.PerMonth, Match: map[string]string{"tenant": "acme"}, Each: []string{"model", "team"}, AtCap: ledger.Wait, Warn: []float64{0.5, 1}},
			{Cap: 50 * llmgate.Cent, AtCap: ledger.Wait},
		}, Unpriced: ledger.CountTokens, AllowUnbounded: true},
		State: "money.db", Cache: &cache.Config{TTL: time.Hour, MaxBytes: 64 << 20, MaxEntries: 10, KeepTruncated: true},
	}
	ignored := []cmp.Option{
		cmpopts.IgnoreFields(llmgate.Config{}, "Options", "Order"), cmpopts.IgnoreFields(llmgate.Target{}, "Options"),
		cmpopts.IgnoreFields(cache.Config{}, "Skip", "Vary", "Normalize", "Store", "Logger"), cmpopts.IgnoreFields(llmgate.Budget{}, "OnWarn"),
	}
	if d := cmp.Diff(want, got, ignored...); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got.Order == nil || len(got.Targets[0].Options) != 2 {
		t.Errorf("order %v, %d options of the target", got.Order, len(got.Targets[0].Options))
	}
}

func wrongKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: x\n", i)
	}
	return b.String()
}

// Faults are told all together, each with its place and what to do.
func TestFaultsHaveTheirPlace(t *testing.T) {
	for text, want := range map[string][]string{
		"model: x":                       {`c.yaml:1:1: model: not known here; the fields are budgets, cache, models,`},
		"models: [a/b]\nmodels: [c/d]":   {`c.yaml:2:1: `},
		"":                               {"c.yaml:1:1: no models; name one"},
		"tenants: {a: 1, a: 2}":          {`c.yaml:1:17: not YAML: mapping key "a" already defined at [1:11]`},
		"models: {a: b}":                 {"c.yaml:1:", "models: expected a text, not fields"},
		"models: [sim/a, sim/a]":         {`c.yaml:1:17: models[1]: "sim/a" is given twice`},
		"- a":                            {"c.yaml:1:1: expected fields"},
		"models: [a/b]\n---\nmodels: []": {"a second document"},
		"models: [a/b\nx: {":             {"c.yaml:", ": not YAML: "},
		"models: &m [a/b]":               {"a reference; write it out"},
		"models: !!str a/b":              {"models: expected a text, not this"},
		"targets:\n  - {weight: 0, limits: {rpm: 1.5, rps: 3}, max_in_flight: many}": {
			"c.yaml:2:14: targets[0].weight: 0: expected a whole number of at least 1",
			"c.yaml:2:31: targets[0].limits.rpm: expected a whole number, not the number 1.5",
			"c.yaml:2:36: targets[0].limits.rps: not known here; the fields are itpm, otpm, rpd, rpm, tpd, tpm",
			"targets[0].max_in_flight: expected a whole number, not a text",
			"targets[0]: no model",
		},
		"targets: [{model: openai/x, api_key: sk-secret}]": {"targets[0].api_key: a configuration holds no secrets", "key_env: NAME"},
		"targets: [{model: openai/x, key_env: sk-secret}]": {"targets[0].key_env: a configuration holds no secrets"},
		"targets: [{model: openai/x, key_env: UNSET}]":     {"targets[0].key_env: the environment variable that is named here is not set"},
		"targets: [{model: a/b, key: sk-secret-0123, name: Bearer sk-secret-0123, labels: {x: sk-secret-0123}, openai_api_key: sk-secret}]": {
			"c.yaml:1:29: targets[0].key: a configuration holds no secrets", "targets[0].name: a conf", "targets[0].labels.x: a conf", "targets[0].openai_api_key: a conf",
		},
		"targets: [{model: a/b, base_url: 'http://me:word@host/v1'}, {model: a/c, base_url: 'localhost:8000'}]": {
			"targets[0].base_url: a configuration holds no secrets", "targets[1].base_url: not the address of a server; write http://",
		},
		"models: [gpt-5-mini, nobody/x]\ntargets: [{model: nobody/y}]": {
			`c.yaml:1:10: models[0]: model "gpt-5-mini": write vendor/model`, `c.yaml:1:22: models[1]: model "nobody/x": no vendor is named "nobody"; the vendors are sim,`,
			`c.yaml:2:19: targets[0].model: model "nobody/y": no vendor`,
		},
		"models: [sim/demo]\n" + wrongKeys(62): {"c.yaml:51:1: k49: not known", "c.yaml: and 12 more"},
		"100%d: x":                             {"c.yaml:1:1: 100%d: not known here; the fields are budgets,"},
		"models: [a/b]\npolicy: {max_wait: 5 minutes, classes: {ratelimit: {}, timeout: {first: home, retries: -1}}}": {
			`policy.max_wait: "5 minutes" is not a time; write 500ms`, "policy.classes.ratelimit: not known here",
			`policy.classes.timeout.first: "home" is not known; it is one of cheaper, `, "retries: -1: expected",
		},
		"models: [a/b]\nbudgets: [{window: week}, {cap: -1}, {cap: 5 pounds, warn: [2]}]": {
			`budgets[0].window: "week" is not known; it is one of day, hour, minute, month, request, total`, "budgets[0]: no cap; write cap: 20usd",
			`budgets[1].cap: "-1" is not an amount`, `budgets[2].cap: "5 pounds" is not an amount; write 20usd`, "budgets[2].warn[0]: expected a number above 0 and at most 1, not the number 2",
		},
		"models: [a/b]\ncache: {max_bytes: 5 pages, ttl: []}\ntenants: {a: 0}\norder: random": {
			`cache.max_bytes: "5 pages" is not a size; write 64MB`, "cache.ttl: expected a text, not a list", "tenants.a", `order: "random" is not known; it is one of chain, cheapest`,
		},
	} {
		_, err := config.Parse("c.yaml", []byte(text), getenv)
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s\n\tsaid:  %v\n\tlacks: %s", text, err, part)
			}
		}
		if err != nil && strings.Contains(err.Error(), "sk-secret") {
			t.Errorf("%s\n\tshows a secret: %v", text, err)
		}
	}
}

func TestLoad(t *testing.T) {
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), getenv); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, make([]byte, config.MaxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(large, nil); err == nil || !strings.Contains(err.Error(), "is it the configuration?") {
		t.Errorf("%v", err)
	}
}

// The example answers offline, and spends.
func TestTheExampleAnswers(t *testing.T) {
	cfg, err := config.Load("../examples/llmgate.yaml", getenv)
	if err != nil {
		t.Fatal(err)
	}
	g, err := llmgate.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Abort()
	resp, err := g.Complete(t.Context(), llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: "Does it work?"}}, MaxTokens: 20})
	if err != nil || resp.Usage.Cost == 0 || len(g.Ledger().Snapshot().Balances) != 2 {
		t.Errorf("%+v, %v", resp, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("targets:\n- {model: a/b, labels: {x: [1]}}\n---\n&a *a: !x |\n  y")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return // see MaxFile
		}
		cfg, err := config.Parse("c.yaml", []byte(text), getenv)
		if err == nil && len(cfg.Models)+len(cfg.Targets) == 0 {
			t.Error("nothing to ask, and no error")
		}
	})
}

// What the documentation shows is accepted.
func TestTheDocumentedConfigurationIsRead(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no configuration in the page")
	}
	if _, err := config.Parse("configuration.md", []byte(text), func(string) string { return "key" }); err != nil {
		t.Error(err)
	}
}
