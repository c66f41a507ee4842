package source_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// filled is the question that a template makes of a row, or what is wrong.
func filled(t *testing.T, prompt, row string) string {
	t.Helper()
	items, err := collect(t, open(t, strings.NewReader(row), source.Config{Prompt: prompt}))
	if err != nil || len(items) != 1 {
		t.Fatalf("%s: got %v, %v", row, brief(items), err)
	}
	if items[0].Err != nil {
		return items[0].Err.Error()
	}
	return items[0].Request.Messages[0].Content
}

func TestTemplatesAreFilled(t *testing.T) {
	const row = `{"text":" Hi <b>\n","n":3,"one":1,"f":1.50,"big":12345678901234567890123,"e":1e6,"no":null,"yes":true,"l":["a",null,{"k":"<"}],"o":{"k":{"x":1}},"first name":"Ann"}`
	for prompt, want := range map[string]string{
		"{{.text}}|":                       " Hi <b>\n|",
		"{{trim .text}}|":                  "Hi <b>|",
		"{{.text | trim | upper}}|":        "HI <B>|",
		"{{lower .yes}}":                   "true",
		"{{.n}} {{.f}} {{.e}} {{.big}}":    "3 1.5 1000000 12345678901234567890123",
		"{{if gt .n 2}}more{{end}}":        "more",
		"{{if gt .f 1.4}}more{{end}}":      "more",
		"[{{.no}}]":                        "[]",
		"{{if .no}}x{{else}}y{{end}}":      "y",
		`{{.no | default "none"}}`:         "none",
		`{{default "none" .n}}`:            "3",
		`{{index . "first name"}}`:         "Ann",
		`[{{index . "x"}}]`:                "[]",
		`{{index .l 0}} {{index .l .one}}`: "a ",
		`{{index .o "k" "x"}}`:             "1",
		`{{default "?" (index . "x")}}`:    "?",
		"{{.l}}":                           `["a",null,{"k":"<"}]`,
		"{{range .l}}({{.}}){{end}}":       `(a)()({"k":"<"})`,
		"{{.o.k.x}} {{.o}}":                `1 {"k":{"x":1}}`,
		"{{json .text}} {{json .no}}":      `" Hi <b>\n" null`,
	} {
		if got := filled(t, prompt, row); got != want {
			t.Errorf("%s: got %q, want %q", prompt, got, want)
		}
	}
}

func TestTemplateErrorsNameTheirPlaceAndTheFields(t *testing.T) {
	for prompt, want := range map[string]string{
		"a {{.b}}":             `in:1: Prompt:1:5: <.b>: there is no field "b"; the fields are: o, text`,
		"{{.text}}\nb {{.B}}":  `in:1: Prompt:2:5: <.B>: there is no field "B"; the fields are: o, text`,
		"{{.o.b}}":             `in:1: Prompt:1:5: <.o.b>: there is no field "b"; the fields are: o, text`,
		"{{.text.x}}":          `in:1: Prompt:1:8: <.text.x>: can't evaluate field x in type interface {}`,
		"{{index .text 9}}":    `in:1: Prompt:1:3: <index .text 9>: error calling index: index 9: there is no such element`,
		"{{index .o 9}}":       `in:1: Prompt:1:3: <index .o 9>: error calling index: index 9: there is no such element`,
		"{{index .o true}}":    `in:1: Prompt:1:3: <index .o true>: error calling index: index true: objects have names and lists have numbers`,
		" {{if false}}{{end}}": `in:1: prompt: empty; nothing is asked`,
	} {
		got := filled(t, prompt, `{"text":"x","o":{}}`)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", prompt, got, want)
		}
	}
}

func TestTemplatesThatDoNotParse(t *testing.T) {
	for prompt, place := range map[string]string{
		"{{.a": "1:1", "x {{}}": "1:3", "ab {{.a}} c {{.b c": "1:13", "{{.a}}\n{{.b}}\n  {{nope .c}}": "3:3", "{{if .a}}x": "1:1", "{{end}}": "1:1",
	} {
		_, err := source.Open(source.Config{Path: "-", Prompt: prompt})
		if err == nil || !strings.HasPrefix(err.Error(), "Prompt:"+place+": ") {
			t.Errorf("%q: got %v, want it at %s", prompt, err, place)
		}
	}
}

func TestTemplatesReachNoFiles(t *testing.T) {
	for _, name := range []string{"include", "readFile", "env", "template", "glob"} {
		if _, err := source.Open(source.Config{Path: "-", Prompt: "{{" + name + ` "/etc/hosts"}}`}); name != "template" && err == nil {
			t.Errorf("there is a function %s", name)
		}
	}
}

func TestRowsOfAnyFields(t *testing.T) {
	lines := `{"id":7,"body":"x","prompt":{"any":1},"messages":"any","system":"Be brief."}` + "\n" + `{"id":true,"body":""}` + "\n" + `[1]` + "\n" + `{"id":1.5,"body":"y","system":3}`
	items, err := collect(t, open(t, strings.NewReader(lines), source.Config{Path: "in.jsonl", Prompt: "Of {{.body}}"}))
	if err != nil || len(items) != 4 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	want := []request.Message{says(request.RoleSystem, "Be brief."), says(request.RoleUser, "Of x")}
	if diff := cmp.Diff(want, items[0].Request.Messages); diff != "" || items[0].ID != "7" {
		t.Errorf("%s is read with %s", items[0].ID, diff)
	}
	for i, fault := range map[int]string{1: "in.jsonl:2: id: expected a string or a number", 3: "in.jsonl:4: system: expected a string"} {
		if items[i].Err == nil || items[i].Err.Error() != fault {
			t.Errorf("item %d: got %v, want %s", i, items[i].Err, fault)
		}
	}
}

func TestSystemTemplateLeavesWholeRequestsTheirs(t *testing.T) {
	lines := strings.Join([]string{
		`{"prompt":"x","user":"u","system":"own"}`, `{"prompt":"x","user":"u"}`, `{"prompt":"x"}`,
		strings.Replace(aBatch, `"custom_id":"a"`, `"custom_id":"b","user":"v"`, 1),
	}, "\n")
	items, err := collect(t, open(t, strings.NewReader(lines), source.Config{System: "For {{.user}}"}))
	if err != nil || len(items) != 4 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	for i, want := range map[int]string{0: "own", 1: "For u", 3: "For v"} {
		if first := items[i].Request.Messages[0]; items[i].Err != nil || first.Content != want {
			t.Errorf("item %d begins with %+v, want %s", i, items[i].Request.Messages, want)
		}
	}
	if items[2].Err == nil || !strings.Contains(items[2].Err.Error(), `System:1:7: <.user>: there is no field "user"`) {
		t.Errorf("got %v", items[2].Err)
	}
}

func TestLinesOfTextAreFields(t *testing.T) {
	for prompt, want := range map[string][2]string{
		"":               {"Why?", `{"prompt":"Why?"}`},
		"Say: {{.text}}": {"Say: Why?", `{"text":"Why?"}`},
	} {
		items, err := collect(t, open(t, strings.NewReader("  Why?\t\n"), source.Config{Path: "in.txt", Prompt: prompt, System: "{{len .text}}"}))
		if err != nil || len(items) != 1 || items[0].Request.Messages[1].Content != want[0] || string(items[0].Raw) != want[1] {
			t.Fatalf("got %+v, %v", items, err)
		}
		again, err := collect(t, open(t, strings.NewReader(string(items[0].Raw)), source.Config{Prompt: prompt}))
		if err != nil || again[0].Request.Messages[0].Content != want[0] {
			t.Errorf("%s fed back is %+v, %v", items[0].Raw, again, err)
		}
	}
}
