package llmgate_test

import (
	"os"
	"strings"
	"testing"
)

// The README's first example must be the one that runs as a test.
func TestReadmeExampleIsTheTestedOne(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	tested, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```go\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("README.md has no Go example")
	}
	var indented strings.Builder
	for line := range strings.Lines(example) {
		indented.WriteString("\t" + line)
	}
	if n := strings.Count(example, "\n"); n > 15 {
		t.Errorf("the example has %d lines; keep it near 15", n)
	}
	if !strings.Contains(string(tested), indented.String()) {
		t.Error("the example in README.md differs from Example in example_test.go; make them equal")
	}
}
