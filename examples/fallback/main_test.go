package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	models := []string{"sim/openai/gpt-5-mini", "sim/openai/gpt-5-nano"}
	for dollars, want := range map[float64][]string{
		1:     {"100 answered, 0 beyond the budget", "openai/gpt-5-mini: 100 calls"},
		0.003: {"openai/gpt-5-mini: ", "openai/gpt-5-nano: "}, // what is left is enough for the cheaper one
	} {
		var out strings.Builder
		if err := run(t.Context(), &out, models, dollars); err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%v dollars: lacks %q: %s", dollars, part, out.String())
			}
		}
	}
	if err := run(t.Context(), &strings.Builder{}, []string{"nobody/x"}, 1); err == nil {
		t.Error("no error for a vendor that nobody knows")
	}
}
