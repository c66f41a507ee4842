package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk"
)

func TestPlanSendsNothing(t *testing.T) {
	g := newGate(t)
	for _, command := range [][]string{{"plan"}, {"run", "--dry-run"}} {
		s := newSession() // without a key
		args := append(command, distinct(t), "--base-url", g.URL+"/v1", "--model", "openai/gpt-4o-mini", "--rpm", "2")
		s.expect(t, exitOK, args...)
		for _, want := range []string{"5 items for openai/gpt-4o-mini: 5 to send, 0 done already, 0 duplicates, 0 wrong", "expected $", "through the batch API: $", "at least 2m30s"} {
			if !strings.Contains(s.out.String(), want) {
				t.Errorf("%q does not say %q:\n%s", command, want, s.out.String())
			}
		}
	}
	if len(g.arrived) != 0 {
		t.Errorf("%d requests were sent", len(g.arrived))
	}
}

func TestARunThatMayCostMoreIsNotBegunUnasked(t *testing.T) {
	g := newGate(t)
	close(g.open)
	s := newSession()
	s.env["OPENAI_API_KEY"] = "key"
	args := []string{"run", distinct(t), "-o", filepath.Join(t.TempDir(), "out"), "--base-url", g.URL + "/v1", "--model", "openai/gpt-4o-mini", "--confirm-above"}
	s.expect(t, exitUsage, append(args, "0.0001usd")...)
	s.saysErr(t, "5 items", "not confirmed, nothing was sent; raise --confirm-above")
	if len(g.arrived) != 0 {
		t.Errorf("%d requests were sent", len(g.arrived))
	}
	s.expect(t, exitOK, append(args, "1usd")...)
}

func TestStatusAndExport(t *testing.T) {
	out := filepath.Join(t.TempDir(), "answers.jsonl")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", distinct(t), "-o", out)
	})
	s := newSession()
	s.expect(t, exitOK, "status", out)
	if got := s.out.String(); !strings.Contains(got, "by sim/demo\nof 5 items: 5 answered, 0 failed, 0 in flight") {
		t.Errorf("said %q", got)
	}
	s = newSession()
	s.expect(t, exitOK, "status", out, "--json")
	var status struct{ Answered int }
	if err := json.Unmarshal([]byte(s.out.String()), &status); err != nil || status.Answered != 5 {
		t.Errorf("said %q: %v", s.out.String(), err)
	}
	table := filepath.Join(t.TempDir(), "answers.csv")
	s = newSession()
	s.expect(t, exitOK, "export", out, "--format", "csv", "--order", "input", "--to", table)
	lines := strings.SplitAfter(contents(t, table), "\n")
	if !strings.HasPrefix(lines[0], "id,content") || !strings.HasPrefix(lines[1], "0,") || !strings.HasPrefix(lines[5], "4,") {
		t.Errorf("the table is %q", lines)
	}
}

func TestExportIntoAFolderThatIsNotThere(t *testing.T) {
	out := filepath.Join(t.TempDir(), "answers.jsonl")
	inBubble(t, func(t *testing.T, s *session) { s.expect(t, exitOK, "run", distinct(t), "-o", out) })
	s := newSession()
	s.expect(t, exitUsage, "export", out, "--to", filepath.Join(t.TempDir(), "none", "answers.csv"))
	s.saysErr(t, "answers.csv: its folder does not exist; create it first")
}

func TestWhatHasNoState(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "other")
	if err := errors.Join(os.WriteFile(other, nil, 0o600), os.WriteFile(other+bulk.StateSuffix, []byte("something else, of some length"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "dir"+bulk.StateSuffix), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"none":                       "there is no " + filepath.Join(folder, "none") + ".state, so no run was begun with this output; check the name",
		"a.jsonl" + bulk.StateSuffix: "is a state itself; name its output, " + filepath.Join(folder, "a.jsonl"), "dir": "dir.state is a folder",
		"other": "other.state is another file, or damaged",
	} {
		for _, command := range []string{"status", "export"} {
			s := newSession()
			s.expect(t, exitUsage, command, filepath.Join(folder, name))
			s.saysErr(t, "no state of a run: ", want)
		}
	}
}

func TestPlansSayWhatTheyReckonWith(t *testing.T) {
	prompts := file(t, `{"id":"a","prompt":"x"}`, `{"id":"b","prompt":"y","max_tokens":10}`, `{"id":"c"}`)
	for model, wants := range map[string][]string{
		"sim/demo": {"3 items for sim/demo: 2 to send", "1 wrong", "the first that is wrong: " + prompts + ":3: ",
			"the simulator answers, at no cost; name a model by --model"},
		"openai/gpt-4o-mini": {"; 1 requests set no max_tokens and are reckoned with the model's longest answer, 16,384 tokens"},
		"ollama/llama3.2":    {"an unknown number out; 1 requests set no max_tokens, and what the model bounds its answers to is not known"},
	} {
		s := newSession()
		s.expect(t, exitOK, "plan", prompts, "--model", model)
		for _, want := range wants {
			if !strings.Contains(s.out.String(), want) {
				t.Errorf("%s: the plan does not say %q:\n%s", model, want, s.out.String())
			}
		}
	}
}

func TestRowsAndTemplates(t *testing.T) {
	g := newGate(t)
	close(g.open)
	s := newSession()
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitOK, g.flags("run", file(t, "id,text", "a,good", "b,bad"), "--from", "csv", "--prompt", "Classify: {{.text}}", "-o", filepath.Join(t.TempDir(), "out"))...)
	if len(g.arrived) != 2 {
		t.Errorf("%d requests were sent", len(g.arrived))
	}
}
