package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
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
	if got := s.out.String(); !strings.Contains(got, "by sim/demo\n5 answered, 0 failed, 0 in flight") {
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
	s.expect(t, exitUsage, "status", out+"x")
	s.saysErr(t, "no run was begun with this output")
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
