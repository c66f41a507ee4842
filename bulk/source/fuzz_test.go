package source_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/source"
)

// errorsByText compares errors of two readings, which are never the same values.
var errorsByText = cmp.Comparer(func(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
})

func FuzzJSONL(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatJSONL},
		"", "\ufeff{\"prompt\":\"x\"}\r\n\n[1]\n{\"id\":5,\"prompt\":\"y\",\"system\":\"s\",\"foo\":{\"a\":[1]}}",
		`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},{"type":"text","text":"x"}]}]}`,
		`{"prompt":null,"messages":[{"role":"tool","tool_call_id":"x","content":"y"}]}`,
		`{"prompt":"x","response_format":{"type":"json_schema","json_schema":{"schema":{}}},"max_tokens":1e300,"seed":-0.0}`,
		"{\"prompt\":\"\\ud800\\x\",\"id\":\"\xff\"}", `{"a":1,"a":2,"id":"\u0000","prompt":"x","prompt":5}`,
		"{\"prompt\":\"a\tb\"}\n{\"id\":\"line-1\",\"prompt\":\"x\"}")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatJSON},
		`[{"prompt":"x"},{"id":1,"messages":[]} , nonsense, "[,]", {"a":"\"]"}]`, `[]`, `[{`, `[{}]x`, `{"requests":[{"custom_id":"a","params":{}}]}`)
}

func FuzzBatch(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatBatch},
		`{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"required"}}`,
		`{"custom_id":"a","url":"/v1/responses","body":{"input":"x","instructions":"y"}}`, `{"custom_id":"a","body":null}`)
}

func FuzzAnthropic(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatAnthropic},
		`{"custom_id":"a","params":{"model":"m","max_tokens":5,"system":"s","messages":[{"role":"user","content":"x"}]}}`,
		`{"requests":[{"custom_id":"a","params":{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}},{}]}`, `{"requests":[`)
}

func FuzzGemini(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatGemini},
		`{"key":"a","request":{"contents":[{"parts":[{"text":"x"}]}],"generation_config":{"temperature":0.7}}}`, `{"request":{}}`)
}

func FuzzShareGPT(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatShareGPT},
		`[{"id":1,"conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}],"system":"s","tools":"[]"}]`,
		`{"conversations":[{"from":"tool","value":""}]}`)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatCSV}, "id,prompt,system\na,x,\n", "prompt\n\"", "prompt,prompt\nx,y", "prompt\nx,y\n\"a\"b\"")
}

func FuzzTSV(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatTSV, Prompt: "{{.a}}"}, "a\tid\n\"x\ty\"\t5\n", "b\nx", "a\n\"")
}

func FuzzText(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatText, Prompt: `{{.text | upper}}: {{json .text}}`}, "a\n\n b \r\nc", "\xff\xfe", "\x00")
}

func FuzzRows(f *testing.F) {
	fuzz(f, source.Config{Format: source.FormatJSONL, Prompt: `{{.a}} {{if gt .n 1}}{{range .l}}{{.}}{{end}}{{end}}`, System: `{{default "x" (index . "s")}}`},
		`{"a":null,"n":2,"l":[1,2.5,{"x":null},[]]}`, `{"a":{},"n":12345678901234567890,"id":true}`, `{"n":1}`)
}

// FuzzAny lets the source find out the format.
func FuzzAny(f *testing.F) {
	fuzz(f, source.Config{Path: "in"}, "{\"prompt\":\"x\"}", "[{\"prompt\":\"x\"}]", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "%PDF-1", "x", "\xff\xfe")
}

func fuzz(f *testing.F, cfg source.Config, seeds ...string) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		items, err := collect(t, open(t, bytes.NewReader(text), cfg))
		if err != nil {
			checkEnd(t, err)
		}
		again, _ := collect(t, open(t, bytes.NewReader(text), cfg))
		if diff := cmp.Diff(items, again, errorsByText); diff != "" {
			t.Fatalf("the same text reads differently:\n%s", diff)
		}
		line, taken := 1, map[string]bool{}
		for i := range items {
			if items[i].Index != i || items[i].Line < line || items[i].ID == "" {
				t.Fatalf("after line %d comes %+v", line, items[i])
			}
			line = items[i].Line
			checkItem(t, &items[i])
			if items[i].Err == nil && taken[items[i].ID] {
				t.Fatalf("two good items are called %q", items[i].ID)
			}
			taken[items[i].ID] = true
		}
	})
}

// checkItem demands that an item can be sent or says where it is wrong, and that its original is a line of JSON.
func checkItem(t *testing.T, item *source.Item) {
	if item.Raw != nil && (!json.Valid(item.Raw) || bytes.IndexByte(item.Raw, '\n') >= 0) {
		t.Fatalf("the original of line %d is %q", item.Line, item.Raw)
	}
	if item.Err == nil {
		if err := item.Request.Validate(); err != nil {
			t.Fatalf("an item without fault does not validate: %v", err)
		}
		return
	}
	if where, ok := errors.AsType[*source.LineError](item.Err); !ok || where.Line != item.Line {
		t.Fatalf("the fault of line %d is %#v", item.Line, item.Err)
	}
}

func checkEnd(t *testing.T, err error) {
	if _, ok := errors.AsType[*source.LineError](err); !ok {
		t.Fatalf("the source ended with %#v", err)
	}
}
