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
	s.saysErr(t, "docs needs --prompt, the question about each document")
	s.expect(t, exitUsage, "docs", root+"/none", "--prompt", "x", "-o", filepath.Join(t.TempDir(), "out"))
	s.saysErr(t, "llmgate: Paths: "+root+"/none: file does not exist; check the path")
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
	s.saysErr(t, "--check needs -o OUT")
	s.expect(t, exitUsage, "run", prompts, "-o", "x", "--check", "{{")
	s.saysErr(t, "--check: ")
}

func TestDocsArePlannedWithoutSendingAnything(t *testing.T) {
	g := newGate(t)
	close(g.open)
	root := folder(t, map[string]string{"a.txt": "a short document", "b.md": strings.Repeat("a long document of many words. ", 200)})
	out := filepath.Join(t.TempDir(), "out.jsonl")
	args := []string{"docs", root, "--prompt", "Summarise part {{.chunk}}.", "--reduce", "Level {{.level}}:", "--chunk-tokens", "300", "--max-tokens", "140", "-o", out,
		"--model", "openai/gpt-4o-mini", "--base-url", g.URL + "/v1"}
	s := newSession() // without a key
	s.expect(t, exitOK, append(args, "--dry-run")...)
	for _, want := range []string{"2 documents for openai/gpt-4o-mini: 2 to send, 0 done already", "at most 10 requests, as an estimate", "expected $"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("the plan does not say %q:\n%s", want, s.out.String())
		}
	}
	s = newSession()
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitUsage, append(args, "--confirm-above", "0.0001usd")...)
	s.saysErr(t, "2 documents", "not confirmed, nothing was sent; raise --confirm-above")
	if left, err := filepath.Glob(out + "*"); len(left) != 0 || err != nil || len(g.arrived) != 0 {
		t.Errorf("there is %q, %v, and %d requests were sent", left, err, len(g.arrived))
	}
	s.expect(t, exitOK, append(args, "--confirm-above", "1usd")...)
	s = newSession()
	s.expect(t, exitOK, append(args, "--dry-run", "--json")...)
	if got := s.out.String(); !strings.Contains(got, `"done":2`) || !strings.Contains(got, `"to_send":0`) {
		t.Errorf("planned again: %s", got)
	}
}

func TestDocsWithoutDocuments(t *testing.T) {
	root := folder(t, map[string]string{"a.go": "package a"})
	out := filepath.Join(t.TempDir(), "out.jsonl")
	s := newSession()
	s.expect(t, exitUsage, "docs", root, "--prompt", "Summarise.", "-o", out)
	s.saysErr(t, "no documents in "+root, "name files of other kinds themselves")
	if left, err := filepath.Glob(out + "*"); len(left) != 0 || err != nil {
		t.Errorf("there is %q, %v", left, err)
	}
}

// A name that no document has is told at once, not for each document.
func TestDocsTemplatesNameWhatThereIs(t *testing.T) {
	root := folder(t, map[string]string{"a.txt": "x"})
	out := filepath.Join(t.TempDir(), "out.jsonl")
	s := newSession()
	s.expect(t, exitUsage, "docs", root, "--prompt", "{{.foo}}", "--reduce", "{{.text}} {{.bar}}", "-o", out)
	s.saysErr(t, "Prompt:1:3: there is no field .foo; the fields are .text, .name, .chunk, .chunks",
		"Reduce:1:13: there is no field .bar; the fields are .answers, .text, .name, .level")
	if left, err := filepath.Glob(out + "*"); len(left) != 0 || err != nil {
		t.Errorf("there is %q, %v", left, err)
	}
}
