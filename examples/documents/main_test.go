package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	folder, memory := t.TempDir(), filepath.Join(t.TempDir(), "answers.db")
	write(t, filepath.Join(folder, "long.md"), strings.Repeat("Each line of a long document is read.\n\n", 300))
	write(t, filepath.Join(folder, "page.html"), "<h1>Bricks</h1><p>A brick is burnt clay.</p>")
	write(t, filepath.Join(folder, "torn.pdf"), "%PDF-1.4\nand no more")

	first := summaries(t, folder, memory)
	for _, part := range []string{"/long.md, 3 parts: ", "/page.html, 1 parts: ", "/torn.pdf: broken PDF", "5 answers paid for so far, $"} {
		if !strings.Contains(first, part) {
			t.Errorf("lacks %q: %s", part, first)
		}
	}
	if second := summaries(t, folder, memory); second != first {
		t.Errorf("the same folder again: %s; the first time: %s", second, first)
	}
	write(t, filepath.Join(folder, "new.txt"), "A wall is many bricks.")
	if third := summaries(t, folder, memory); !strings.Contains(third, "6 answers paid for so far, $") {
		t.Errorf("with one document more: %s", third)
	}
	if err := run(t.Context(), &strings.Builder{}, filepath.Join(folder, "nowhere"), memory, "sim/demo"); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

func summaries(t *testing.T, folder, memory string) string {
	t.Helper()
	var out strings.Builder
	if err := run(t.Context(), &out, folder, memory, "sim/openai/gpt-5-mini"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
