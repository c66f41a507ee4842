package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func TestRatiosArePaired(t *testing.T) {
	o := &outcome{rounds: map[string][]cell.Figures{
		"base": {{"cpu": 10}, {"cpu": 20}, nil, {"cpu": 40}},
		"peer": {{"cpu": 20}, nil, {"cpu": 30}, {"cpu": 120}},
	}}
	p := &peer{name: "peer", base: "base"}
	if got, ok := o.ratio(p, "cpu"); !ok || got != (spread{2.5, 2, 3}) {
		t.Errorf("ratio %v; rounds that one of both failed in do not count", got)
	}
	if _, ok := o.of("nobody", "cpu"); ok {
		t.Error("figures of nobody")
	}
	if got, want := over([]float64{4, 1, 3, 2}), (spread{2.5, 1, 4}); got != want {
		t.Errorf("spread of an even number %v, want %v", got, want)
	}
}

// limitedOutcome is one in which the first peer failed, the second answered all and the others half.
func limitedOutcome() *outcome {
	o := &outcome{rounds: map[string][]cell.Figures{}, faults: map[string][]error{}}
	for i, p := range taking(cell.Limited) {
		switch i {
		case 0:
			o.add(p.name, nil, fmt.Errorf("not done: %w", context.DeadlineExceeded))
		case 1:
			o.add(p.name, cell.Figures{"answered": 1, "refused": 3, "requests": 1.25, "wall": 9.2, "wall ratio": 1}, nil)
		default:
			o.add(p.name, cell.Figures{"answered": 0.5, "refused": 300, "requests": 2, "wall": 1, "wall ratio": 0.1}, nil)
		}
	}
	return o
}

func TestTable(t *testing.T) {
	o := limitedOutcome()
	text := report{rounds: 1, made: map[string]*outcome{cell.Limited: o}, requests: map[string]int{cell.Limited: 600}}.tables()
	for _, row := range []string{
		"| net/http + encoding/json | failed | failed | failed | failed | – |",
		"| llmgate, whole path | 100.0 % | 3 | 1.25 | 9.2 s | 1.00 (1.00–1.00) |",
		"| go-openai | 50.0 % | 300 | 2.00 | 1.0 s | – |",
		"net/http + encoding/json failed in 1 of 1 round: not done: context deadline exceeded.",
		"The shortest possible is 9.2s",
	} {
		if !strings.Contains(text, row) {
			t.Errorf("no %q in\n%s", row, text)
		}
	}
	if !o.hung(rawChat) || o.hung(whole) {
		t.Error("who hung is not who was not done in time")
	}
}

func TestSummary(t *testing.T) {
	text := report{rounds: 1, made: map[string]*outcome{cell.Limited: limitedOutcome()}}.summary()
	if row := "| llmgate, whole path | – | – | – | – | – | 100 % |"; !strings.Contains(text, row) {
		t.Errorf("no %q in\n%s", row, text)
	}
	if strings.Contains(text, "Anthropic") {
		t.Errorf("two dialects in one table:\n%s", text)
	}
}

func TestPut(t *testing.T) {
	name := filepath.Join(t.TempDir(), "doc.md")
	if err := os.WriteFile(name, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := put(name, "| new |\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if want := "before\n" + begin + "\n| new |\n\n" + end + "after\n"; err != nil || string(got) != want {
		t.Errorf("error %v, text %q, want %q", err, got, want)
	}
	if err := os.WriteFile(name, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := put(name, "text"); err == nil {
		t.Error("a text was put into a document without a place for it")
	}
}

// The documents have a place for what the command writes.
func TestDocuments(t *testing.T) {
	for _, document := range []string{"../../docs/benchmarks.md", "../../README.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(text), begin) != 1 || strings.Count(string(text), end) != 1 {
			t.Errorf("%s has not exactly one place between %q and %q", document, begin, end)
		}
	}
}
