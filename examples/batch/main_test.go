package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	answers := filepath.Join(t.TempDir(), "answers.jsonl")
	for _, want := range []string{"200 answered now, 0 before, 0 failed\n", "0 answered now, 200 before, 0 failed\n"} {
		var out strings.Builder
		if err := run(t.Context(), &out, "../prompts.jsonl", answers, "sim/demo"); err != nil || out.String() != want {
			t.Fatalf("said %q, %v; want %q", out.String(), err, want)
		}
	}
	text, err := os.ReadFile(answers)
	if err != nil || strings.Count(string(text), "\n") != 200 {
		t.Errorf("%d lines, %v", strings.Count(string(text), "\n"), err)
	}
	if err := run(t.Context(), &strings.Builder{}, "nowhere.jsonl", answers, "sim/demo"); err == nil {
		t.Error("no error for a file that is not there")
	}
}
