package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	loadreport "github.com/seed63918563/llmgate/bench/report"
)

func TestBenchCompare(t *testing.T) {
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")}
	for i, output := range []string{"20", "200"} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, exitOK, "bench", "--rate", "20", "--duration", "10s", "--prompts", file(t, `{"prompt":"x","max_tokens":`+output+`}`), "--json", paths[i])
		})
	}
	s := newSession()
	s.expect(t, exitOK, "bench", "compare", paths[0], paths[1])
	if !strings.Contains(s.out.String(), "E2E") {
		t.Errorf("the table is %s", s.out.String())
	}
	s = newSession()
	s.expect(t, exitOK, "bench", "compare", "--json", "--seed", "3", paths[0], paths[1])
	var list []loadreport.Difference
	if err := json.Unmarshal([]byte(s.out.String()), &list); err != nil {
		t.Fatal(err)
	}
	slower := false
	for _, d := range list {
		slower = slower || strings.HasPrefix(d.Name, "E2E") && d.Significant && d.B > d.A && !d.Better
	}
	if !slower {
		t.Errorf("that answers of 200 tokens take longer than those of 20 was not found: %+v", list)
	}
}

func TestBenchCompareSaysWhatIsWrong(t *testing.T) {
	other := file(t, `{"schema":"other"}`)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{other}, "compare takes two reports that bench --json wrote"},
		{[]string{other, other + ".not"}, "no such file"},
		{[]string{other, other}, other + ": "},
	} {
		s := newSession()
		s.expect(t, exitUsage, append([]string{"bench", "compare"}, test.args...)...)
		s.saysErr(t, test.want)
	}
}
