package bulk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk"
)

// errorsByText compares errors of two readings, which are never the same values.
var errorsByText = cmp.Comparer(func(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
})

func FuzzLines(f *testing.F) {
	for _, text := range []string{
		"", "\ufeff{\"prompt\":\"x\"}\r\n\n[1]\n{\"id\":5,\"prompt\":\"y\",\"system\":\"s\",\"foo\":{\"a\":[1]}}",
		`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},{"type":"text","text":"x"}]}]}`,
		`{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"required"}}`,
		`{"custom_id":"a","body":null}`, `{"prompt":null,"messages":[{"role":"tool","tool_call_id":"x","content":"y"}]}`,
		`{"prompt":"x","response_format":{"type":"json_schema","json_schema":{"schema":{}}},"max_tokens":1e300,"seed":-0.0}`,
		"{\"prompt\":\"\\ud800\\x\",\"id\":\"\xff\"}", `{"a":1,"a":2,"id":"\u0000","prompt":"x","prompt":5}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		items, err := read(t, bytes.NewReader(text))
		if err != nil {
			t.Fatalf("a text in memory can be read: %v", err)
		}
		again, _ := read(t, bytes.NewReader(text))
		if diff := cmp.Diff(items, again, errorsByText); diff != "" {
			t.Fatalf("the same text reads differently:\n%s", diff)
		}
		line := 0
		for i := range items {
			if items[i].Line <= line || items[i].ID == "" {
				t.Fatalf("after line %d comes %+v", line, items[i])
			}
			line = items[i].Line
			checkItem(t, &items[i])
		}
	})
}

// checkItem demands that an item can be sent or says where it is wrong, and that its failure can be written.
func checkItem(t *testing.T, item *bulk.Item) {
	if item.Err == nil {
		if err := item.Request.Validate(); err != nil {
			t.Fatalf("an item without fault does not validate: %v", err)
		}
		return
	}
	if where, ok := errors.AsType[*bulk.LineError](item.Err); !ok || where.Line != item.Line {
		t.Fatalf("the fault of line %d is %#v", item.Line, item.Err)
	}
	result := broken(*item)
	line, err := result.AppendJSON(nil)
	if err != nil || !json.Valid(line) || bytes.IndexByte(line, '\n') != len(line)-1 {
		t.Fatalf("the result is %q, %v", line, err)
	}
}
