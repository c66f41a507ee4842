package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// written makes a file of text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGateFlagsAreChecked(t *testing.T) {
	prompts := file(t, `{"prompt":"x"}`)
	broken := written(t, "broken.yaml", "models: [sim/demo]\nbudget: 5usd\n")
	good := written(t, "good.yaml", "models: [sim/demo]\n")
	for want, args := range map[string][]string{
		`--budget "much" is not an amount; write 20usd`: {"--budget", "much"},
		`--budget "" is not an amount`:                  {"--budget", ""},
		"--rpm and --tpm must be above 0":               {"--rpm", "-1"},
		"--model is empty":                              {"--model", "sim/demo", "--model", ""},
		"broken.yaml:2:1: budget: not known here":       {"--config", broken},
		"nowhere.yaml: no such file":                    {"--config", "nowhere.yaml"},
		"--config is empty":                             {"--config", ""},
		"llmgate: openai: auth: no API key":             {"--model", "openai/gpt-5-mini"},
		"--base-url beside models of a file":            {"--config", good, "--base-url", "http://x"},
		`the name "sim/demo" is taken`:                  {"--model", "sim/demo", "--model", "sim/demo"},
		`no vendor is named "nobody"`:                   {"--model", "sim/demo", "--model", "nobody/x"},
	} {
		s := newSession()
		s.expect(t, exitUsage, append([]string{"run", prompts}, args...)...)
		s.saysErr(t, want)
		s.expect(t, exitUsage, append([]string{"chat", "x"}, args...)...)
		s.saysErr(t, want)
	}
}

// What does not fit into the budget is not sent, and the rest of the file is left.
func TestRunKeepsToItsBudget(t *testing.T) {
	var lines []string
	for range 300 {
		lines = append(lines, `{"prompt":"x","max_tokens":100}`)
	}
	s := newSession()
	s.expect(t, exitFailed, "run", file(t, lines...), "--model", "sim/openai/gpt-5-mini", "--budget", "0.002usd", "-c", "4")
	results := objects(t, s.out.String())
	if len(results) < 10 || len(results) > 250 {
		t.Errorf("%d results of 300; want some", len(results))
	}
	s.saysErr(t, "budget", "The budget is used up: $0.000", "of $0.002 (--budget) is left, too little for the next item")
	var spent float64
	for _, r := range results {
		if usage, ok := r["usage"].(map[string]any); ok {
			spent += usage["cost_usd"].(float64)
		}
	}
	if spent == 0 || spent > 0.002 {
		t.Errorf("spent %v of 0.002", spent)
	}
}

// Items that are above a cap of their own don't stop the others, and what has no price is not a budget used up.
func TestRunGoesOnWhereOneItemIsRefused(t *testing.T) {
	cfg := written(t, "llmgate.yaml", "models: [sim/openai/gpt-5-mini]\nbudgets: [{cap: 0.001usd, window: request}]\n")
	prompts := file(t, `{"prompt":"x","max_tokens":20000}`, `{"prompt":"x","max_tokens":50}`, `{"prompt":"y","max_tokens":50}`)
	s := newSession()
	s.expect(t, exitFailed, "run", prompts, "--config", cfg, "-c", "1")
	s.saysErr(t, "2 answered, 1 failed (budget 1)")
	s.expect(t, exitFailed, "run", prompts, "--model", "sim/unheard-of", "--budget", "1usd")
	s.saysErr(t, "3 failed (budget 3)", "give the model a price with --prices")
	if got := s.err.String(); strings.Contains(got, "used up") {
		t.Errorf("said %s", got)
	}
}

// The first thing that anybody tries has a price: nothing.
func TestTheStandInAnswersWithinABudget(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", examples, "--budget", "0")
		s.expect(t, exitOK, "chat", "x", "--budget", "1usd")
		s.saysErr(t, "200 answered, 0 failed", "out, $0.00\n")
	})
}

func TestASecondModelAnswersWhereTheFirstFails(t *testing.T) {
	url := serve(t, sim.Config{Models: []string{"served"}})
	prompts := file(t, `{"prompt":"x"}`, `{"prompt":"y"}`)
	s := newSession()
	s.expect(t, exitOK, "run", prompts, "--model", "openai/missing", "--model", "openai/served", "--base-url", url)
	for _, r := range objects(t, s.out.String()) {
		if r["model"] != "served" {
			t.Errorf("got %v", r)
		}
	}
	s.saysErr(t, "2 answered, 0 failed", "by openai/missing, openai/served")
}

func TestRunTakesAConfiguration(t *testing.T) {
	url := serve(t, sim.Config{APIKeys: []string{"sk-right-key-0123456789"}})
	cfg := written(t, "llmgate.yaml", "targets: [{model: openai/gpt-5-mini, base_url: "+url+", key_env: MY_KEY}]\nbudgets: [{cap: 1usd}]\n")
	prompts := file(t, `{"prompt":"x"}`)
	s := newSession()
	s.env["MY_KEY"] = "sk-right-key-0123456789"
	s.expect(t, exitOK, "run", prompts, "--config", cfg)
	s.env["LLMGATE_CONFIG"] = cfg
	s.expect(t, exitOK, "chat", "x")
	s.expect(t, exitOK, "chat", "x", "--model", "sim/openai/gpt-5-mini") // within the file's budget, so priced
	if !strings.Contains(s.out.String(), "Simulated answer") {
		t.Errorf("said %q", s.out.String())
	}
	s.expect(t, exitFailed, "chat", "x", "--model", "sim/unheard-of")
	s.saysErr(t, "sim: budget", "sim/unheard-of")
}
