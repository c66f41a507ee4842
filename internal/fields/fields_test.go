package fields_test

import (
	"slices"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/fields"
)

func TestFieldsOfATemplate(t *testing.T) {
	for text, want := range map[string][]fields.Field{
		"plain":                                nil,
		"{{.a}} and\n {{ .b.c }}":              {{"a", 1, 3}, {"b", 2, 7}},
		"{{if .a}}{{.b}}{{else}}{{.c}}{{end}}": {{"a", 1, 6}, {"b", 1, 12}, {"c", 1, 26}},
		"{{range .a}}{{.inner}}{{$.b}}{{else}}{{.c}}{{end}}":       {{"a", 1, 9}, {"b", 1, 26}, {"c", 1, 40}},
		"{{with .a}}{{.inner}}{{end}}{{$x := .b}}{{$x.inner}}":     {{"a", 1, 8}, {"b", 1, 37}},
		`{{printf "%s" (print .a | len) .b}}{{index . "c"}}`:       {{"a", 1, 22}, {"b", 1, 32}},
		`{{define "t"}}{{.inner}}{{end}}{{template "t" .a}}{{.b}}`: {{"a", 1, 47}, {"b", 1, 53}},
		"{{(print .a).b}}": {{"a", 1, 10}},
	} {
		parsed, err := template.New("Prompt").Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, slices.Collect(fields.Of(parsed))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestLeavingTheLoop(t *testing.T) {
	parsed := template.Must(template.New("x").Parse("{{.a}}{{.b}}{{.c}}"))
	n := 0
	for range fields.Of(parsed) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d fields were handed out", n)
	}
}
