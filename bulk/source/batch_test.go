package source_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func TestVendorsBatchesAreRead(t *testing.T) {
	asks := func(system string) []request.Message {
		return []request.Message{says(request.RoleSystem, system), says(request.RoleUser, "x")}
	}
	for line, want := range map[string]source.Item{
		`{"custom_id":"r","url":"/v1/responses","body":{"model":"m","instructions":"s","input":"x","max_output_tokens":7}}`: {
			ID: "r", Form: source.BatchResponses, Request: request.Request{Model: "m", Messages: asks("s"), MaxTokens: 7}},
		`{"custom_id":"a","params":{"model":"m","max_tokens":7,"system":"s","messages":[{"role":"user","content":"x"}],"container":"c"}}`: {
			ID: "a", Request: request.Request{Model: "m", Messages: asks("s"), MaxTokens: 7,
				Extra: map[string]map[string]any{"sim": {"container": json.RawMessage(`"c"`)}}}},
		`{"key":"g","request":{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"parts":[{"text":"x"}]}],"generation_config":{"temperature":0}}}`: {
			ID: "g", Request: request.Request{Messages: asks("s"), Temperature: new(0.0)}},
		`{"request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}`: {ID: "line-1", Request: request.Request{Messages: user("x")}},
		`{"id":7,"system":"s","tools":"[]","source":"web","conversations":[{"from":"human","value":"x","weight":1},{"from":"gpt","value":"y"}]}`: {
			ID: "7", Request: request.Request{Messages: asks("s")}},
		`{"conversations":[{"from":"system","value":"s"},{"from":"user","value":"x"},{"from":"assistant","value":"y"},{"from":"human","value":"z"},{"from":"gpt","value":""}]}`: {
			ID: "line-1", Request: request.Request{Messages: append(asks("s"), says(request.RoleAssistant, "y"), says(request.RoleUser, "z"))}},
	} {
		want.Line, want.File, want.Raw = 1, "in", json.RawMessage(line)
		if diff := cmp.Diff(want, one(t, line)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", line, diff)
		}
	}
}

func TestFaultsOfVendorsBatchesAreNamedByTheirPath(t *testing.T) {
	for line, want := range map[string]string{
		`{"custom_id":"r","url":"/v1/responses","body":{"input":5}}`:        `body.input: expected an array`,
		`{"custom_id":"a","params":{"messages":[]}}`:                        `params.messages: empty; give at least one message`,
		`{"custom_id":5,"params":{"messages":[],"top_p":"x"}}`:              `custom_id: expected a string; params.top_p: expected a number`,
		`{"params":{"messages":[{"role":"user","content":"x"}]}}`:           `custom_id: missing; give each line its own`,
		`{"custom_id":"a","params":"x"}`:                                    `params: expected a JSON object`,
		`{"key":"a","request":null}`:                                        `request: expected a JSON object`,
		`{"key":"a","request":{"contents":[{"parts":[{"text":5}]}]}}`:       `request.contents[0].parts[0].text: expected a string`,
		`{"conversations":"x"}`:                                             `conversations: expected an array`,
		`{"conversations":[]}`:                                              `conversations: no turn is from human, so nothing is asked; add one`,
		`{"conversations":[{"from":"gpt","value":"x"}]}`:                    `conversations: no turn is from human, so nothing is asked; add one`,
		`{"conversations":[{"from":"human","value":5}]}`:                    `conversations[0].value: expected a string; conversations[0].value: empty; write the text there`,
		`{"conversations":[{"from":"observation","value":"x"}]}`:            `conversations[0].from: "observation" is not supported; use human, gpt or system`,
		`{"conversations":[{"from":"human","value":"x"}],"tools":[{}]}`:     `tools: is not supported; remove it`,
		`{"id":{},"conversations":[{"from":"human","value":"x"}]}`:          `id: expected a string or a number`,
		`{"id":"a","id":"b","conversations":[{"from":"user","value":"x"}]}`: `id: given twice; remove one`,
	} {
		checkFault(t, line, want)
	}
}

func TestElementsOfAListAreReadOneByOne(t *testing.T) {
	text := "[\n" + `{"id":"a","prompt":"x , ] } \" \\"},` + "\n" + `{"id":"b",` + "\n" + `"prompt":"y"} , {"prompt":5},` + "\n" +
		`"text", 7, {"prompt":"]"]}, {"id":"a}",` + "\n\n" + `"messages":[{"role":"user","content":"[["}]}` + "\n]\n"
	items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: "in.json"}))
	want := []string{"2 a good", "3 b good", "4 line-4 bad", "5 line-5 bad", "5 line-5 bad", "5 line-5 bad", "5 a} good"}
	if diff := cmp.Diff(want, brief(items)); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	if got, want := items[0].Request.Messages[0].Content, `x , ] } " \`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(items[1].Raw), `{"id":"b","prompt":"y"}`; got != want {
		t.Errorf("the original is %s, want it on one line: %s", got, want)
	}
}

func TestListsThatAreCut(t *testing.T) {
	whole := `{"requests":[` + aMessages + "\n]}"
	for n := len(`{"requests":[`); n < len(whole); n++ {
		items, err := collect(t, open(t, strings.NewReader(whole[:n]), source.Config{Format: source.FormatAnthropic}))
		if err == nil || !strings.HasSuffix(err.Error(), ": the list is not closed; the file seems to be cut") {
			t.Fatalf("of %q: got %v, %v", whole[:n], brief(items), err)
		}
	}
	for text, want := range map[string]string{
		whole + "x":                              "in:2: text after the list; let the file end there",
		`{"requests":[` + aMessages + `],"n":1}`: "in:1: text after the list; let the file end there",
		"[" + aSimple + "]\n" + aSimple:          "in:2: text after the list; let the file end there",
	} {
		items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: "in"}))
		if len(items) != 1 || err == nil || err.Error() != want {
			t.Errorf("%s: got %d items, %v", text, len(items), err)
		}
	}
}

func TestElementOverTheMaximumIsPassedOver(t *testing.T) {
	s := open(t, strings.NewReader(`[{"prompt":"`+strings.Repeat("x", 100)+`"},`+aSimple+`]`), source.Config{Path: "in.json"})
	s.Shorten(len(aSimple))
	items, err := collect(t, s)
	if diff := cmp.Diff([]string{"1 line-1 bad", "1 a good"}, brief(items)); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
}
