package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// folder writes documents.
func folder(t *testing.T, documents map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range documents {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestDocsPayForNothingTwice(t *testing.T) {
	url := serve(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: "of " + p.Text[:10]} }})
	root := folder(t, map[string]string{
		"a.txt": "a short document", "b.md": strings.Repeat("a long document of many words. ", 200), "c.html": "<p>one of the web</p>",
	})
	out := filepath.Join(t.TempDir(), "out.jsonl")
	args := []string{"docs", root, "--prompt", "Summarise: {{.text}}", "--reduce", "Make one of {{.text}}", "--chunk-tokens", "300", "-o", out,
		"--model", "openai/gpt-4o-mini", "--base-url", url}
	s := newSession()
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitOK, args...)
	results := objects(t, contents(t, out))
	if len(results) != 3 {
		t.Fatalf("got %v", results)
	}
	for _, r := range results {
		if id := r["id"].(string); strings.HasSuffix(id, "b.md") && r["content"] != "of Make one o" {
			t.Errorf("the long document was not reduced: %v", r)
		}
	}
	s = newSession()
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitOK, args...)
	s.saysErr(t, "0 answered, 0 failed", "3 were done before")
	if err := os.WriteFile(filepath.Join(root, "d.txt"), []byte("one more"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = newSession()
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitOK, args...)
	s.saysErr(t, "1 answered, 0 failed", "3 were done before")
}

func TestDocsNeedAnOutputAndAQuestion(t *testing.T) {
	root := folder(t, map[string]string{"a.txt": "x"})
	s := newSession()
	s.expect(t, exitUsage, "docs", root, "--prompt", "x")
	s.saysErr(t, "docs needs -o OUT")
	s.expect(t, exitUsage, "docs", root, "-o", filepath.Join(t.TempDir(), "out"))
	s.saysErr(t, "rompt")
}

func TestASchemaHoldsAnswers(t *testing.T) {
	schema := written(t, "schema.json", `{"type":"object","properties":{"good":{"type":"boolean"}},"required":["good"]}`)
	url := serve(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		if p.Turns > 1 { // it has been told what is wrong
			return &sim.Answer{Text: `{"good":true}`}
		}
		return &sim.Answer{Text: "I think so"}
	}})
	prompts := distinct(t)
	for repairs, code := range map[string]int{"0": exitFailed, "1": exitOK} {
		s := newSession()
		s.env["OPENAI_API_KEY"] = "key"
		s.expect(t, code, "run", prompts, "-o", filepath.Join(t.TempDir(), "out"), "--schema", schema, "--repairs", repairs,
			"--model", "openai/gpt-4o-mini", "--base-url", url)
	}
	s := newSession()
	s.expect(t, exitUsage, "run", prompts, "--check", "x")
	s.saysErr(t, "--schema and --check need -o OUT")
	s.expect(t, exitUsage, "run", prompts, "-o", "x", "--check", "{{")
	s.saysErr(t, "--check: ")
}

// A flag that promises to send nothing, or to ask first, must not be taken and forgotten.
func TestDocsRefuseWhatTheyCantPlan(t *testing.T) {
	root := folder(t, map[string]string{"a.txt": "a document"})
	for _, flag := range []string{"--dry-run", "--confirm-above=1usd"} {
		out := filepath.Join(t.TempDir(), "out.jsonl")
		newSession().expect(t, exitUsage, "docs", root, "--prompt", "Summarise.", "-o", out, flag)
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("%s: there is an output: %v", flag, err)
		}
	}
}
