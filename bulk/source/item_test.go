package source_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// one reads a line.
func one(t *testing.T, line string) source.Item {
	t.Helper()
	items, err := read(t, strings.NewReader(line))
	if err != nil || len(items) != 1 {
		t.Fatalf("%s: got %d items, %v", line, len(items), err)
	}
	return items[0]
}

func says(role request.Role, text string) request.Message {
	return request.Message{Role: role, Content: text}
}

func quoted(text string) json.RawMessage {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return raw
}

func user(text string) []request.Message {
	return []request.Message{says(request.RoleUser, text)}
}

func TestItemsAreRead(t *testing.T) {
	for _, test := range []struct {
		line string
		want source.Item
	}{
		{`{"prompt":"Why?"}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("Why?")}}},
		{`{"id":"a","prompt":"é \u00e9 \ud83d\ude00"}`, source.Item{ID: "a", Request: request.Request{Messages: user("é é 😀")}}},
		{`{"id":17,"prompt":"x"}`, source.Item{ID: "17", Request: request.Request{Messages: user("x")}}},
		{`{"id":-1.50e3,"prompt":"x"}`, source.Item{ID: "-1.50e3", Request: request.Request{Messages: user("x")}}},
		{`{"id":12345678901234567890123,"prompt":"x"}`, source.Item{ID: "12345678901234567890123", Request: request.Request{Messages: user("x")}}},
		{`{"id":"","prompt":"x"}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x")}}},
		{`{"id":null,"prompt":"x","system":null,"messages":null,"max_tokens":null}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x")}}},
		{`{"prompt":null,"messages":[{"role":"user","content":"x"}]}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x")}}},
		{`{"prompt":"x","messages":[]}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x")}}},
		{`{"prompt":"x","system":"Be brief."}`, source.Item{ID: "line-1", Request: request.Request{
			Messages: []request.Message{says(request.RoleSystem, "Be brief."), says(request.RoleUser, "x")}}}},
		{`{"prompt":"x","system":""}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x")}}},
		{`{"system":"s","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"z"}]}`, source.Item{
			ID: "line-1", Request: request.Request{Messages: []request.Message{
				says(request.RoleSystem, "s"), says(request.RoleUser, "x"), says(request.RoleAssistant, "y"), says(request.RoleUser, "z")}}}},
		{`{"prompt":"x","model":"m","max_tokens":5,"temperature":0,"top_p":0.5,"seed":7,"stop":["a"],"stream":true}`, source.Item{
			ID: "line-1", Request: request.Request{Messages: user("x"), Model: "m", MaxTokens: 5, Temperature: new(0.0), TopP: new(0.5),
				Seed: new(int64(7)), Stop: []string{"a"}}}},
		{`{"prompt":"x","logit_bias":{"5":1},"verbosity":"low"}`, source.Item{ID: "line-1", Request: request.Request{Messages: user("x"),
			Extra: map[string]map[string]any{"sim": {"logit_bias": json.RawMessage(`{"5":1}`), "verbosity": json.RawMessage(`"low"`)}}}}},
		{"{\"prompt\":\"a\tb\"}", source.Item{ID: "line-1", Request: request.Request{Messages: user("a\tb")}}},
		{`{"custom_id":"c","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"x"}]}}`, source.Item{
			ID: "c", Form: source.Batch, Request: request.Request{Model: "m", Messages: user("x")}}},
		{`{"body":{"messages":[{"role":"user","content":"x"}],"prompt":"no such field","id":3},"custom_id":"c","more":1}`, source.Item{
			ID: "c", Form: source.Batch, Request: request.Request{Messages: user("x"),
				Extra: map[string]map[string]any{"sim": {"prompt": json.RawMessage(`"no such field"`), "id": json.RawMessage(`3`)}}}}},
	} {
		test.want.Line, test.want.File, test.want.Raw = 1, "in", json.RawMessage(test.line)
		if !json.Valid(test.want.Raw) {
			test.want.Raw = quoted(test.line)
		}
		if diff := cmp.Diff(test.want, one(t, test.line)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.line, diff)
		}
	}
}

func TestFaultsAreNamedByTheirPath(t *testing.T) {
	for line, want := range map[string]string{
		`nonsense`:        `not a JSON object: it begins with something else; each line must be one`,
		`["x"]`:           `not a JSON object: it begins with something else; each line must be one`,
		`"x"`:             `not a JSON object: it begins with something else; each line must be one`,
		`{"prompt":"x"`:   `not a JSON object: invalid JSON at byte 13: text ends inside a value; each line must be one`,
		`{"prompt":"x"}}`: `not a JSON object: invalid JSON at byte 14: text after the value; each line must be one`,
		`{"prompt":x}`:    `not a JSON object: invalid JSON at byte 10: value expected; each line must be one`,

		`{}`:              `prompt: missing; give prompt or messages`,
		`{"system":"s"}`:  `prompt: missing; give prompt or messages`,
		`{"messages":[]}`: `prompt: missing; give prompt or messages`,
		`{"prompt":""}`:   `prompt: empty; write the question there`,
		`{"prompt":"x","messages":[{"role":"user","content":"x"}]}`: `prompt: given together with messages; give only one`,

		`{"prompt":5}`:                         `prompt: expected a string`,
		`{"prompt":["x"]}`:                     `prompt: expected a string`,
		`{"prompt":"x","system":{}}`:           `system: expected a string`,
		`{"prompt":"x","id":{}}`:               `id: expected a string or a number`,
		`{"prompt":"x","id":true}`:             `id: expected a string or a number`,
		`{"prompt":"\x"}`:                      `not a JSON object: invalid JSON at byte 12: unknown escape in a string; each line must be one`,
		"{\"prompt\":\"caf\xe9\"}":             `not UTF-8; convert the file, such as with iconv -t UTF-8`,
		`{"prompt":"x","id":"\u12"}`:           `not a JSON object: invalid JSON at byte 21: four hexadecimal digits expected; each line must be one`,
		`{"prompt":"x","user":"\x"}`:           `not a JSON object: invalid JSON at byte 23: unknown escape in a string; each line must be one`,
		`{"prompt":"x","max_tokens":"5"}`:      `max_tokens: expected a number`,
		`{"prompt":"x","max_tokens":1.5}`:      `max_tokens: expected a whole number, not 1.5`,
		`{"prompt":"x","max_tokens":-1}`:       `max_tokens: -1 is negative; leave it 0 for the provider's default`,
		`{"prompt":"x","temperature":[]}`:      `temperature: expected a number`,
		`{"prompt":"x","top_p":2}`:             `top_p: 2 is above 1`,
		`{"prompt":"x","stop":[1]}`:            `stop[0]: expected a string`,
		`{"messages":"x"}`:                     `messages: expected an array`,
		`{"messages":["x"]}`:                   `messages[0]: expected an object`,
		`{"messages":[{"role":"robot"}]}`:      `messages[0].role: "robot" is unknown; use system, user, assistant or tool`,
		`{"prompt":"x","id":[],"top_p":"low"}`: `top_p: expected a number; id: expected a string or a number`,

		`{"messages":[{"role":"user","content":"x"},{"role":"user","content":5}]}`:                            `messages[1].content: expected a string or an array of parts`,
		`{"messages":[{"role":"user","content":[{"type":"text","text":1}]}]}`:                                 `messages[0].content[0].text: expected a string`,
		`{"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"movie"}]}]}`:              `messages[0].content[1].type: "movie" is unknown; use text, image_url, input_audio or file`,
		`{"prompt":"x","tools":[{"type":"function","function":{"name":1}}]}`:                                  `tools[0].function.name: expected a string`,
		`{"prompt":"x","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":"x"}}}`:     `response_format.json_schema.schema: expected an object`,
		`{"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":3}}]}]}`: `messages[0].tool_calls[0].function.arguments: expected a string`,
	} {
		checkFault(t, line, want)
	}
}

func TestFaultsOfBatchLinesAreNamedByTheirPath(t *testing.T) {
	const good = `"body":{"messages":[{"role":"user","content":"x"}]}`
	for line, want := range map[string]string{
		`{"custom_id":"a"}`:                                     `body: missing; put the request there`,
		`{"custom_id":"a","body":null}`:                         `body: expected a JSON object`,
		`{"custom_id":"a","body":5}`:                            `body: expected a JSON object`,
		`{"custom_id":"a","body":[]}`:                           `body: expected a JSON object`,
		`{"custom_id":"a","body":{}}`:                           `body.messages: empty; give at least one message`,
		`{` + good + `}`:                                        `custom_id: missing; give each line its own`,
		`{"custom_id":"",` + good + `}`:                         `custom_id: missing; give each line its own`,
		`{"custom_id":5,` + good + `}`:                          `custom_id: expected a string`,
		`{"custom_id":"a","url":1,` + good + `}`:                `url: expected a string`,
		`{"custom_id":"a","method":"GET",` + good + `}`:         `method: "GET" is not supported; use POST`,
		`{"custom_id":"a","url":"/v1/embeddings",` + good + `}`: `url: "/v1/embeddings" is not supported; use /v1/chat/completions or /v1/responses`,
		`{"method":"PUT","url":"/x","body":{"messages":[{"role":"user","content":5}],"top_p":"x"}}`: `custom_id: missing; give each line its own; method: "PUT" is not supported; use POST; ` +
			`url: "/x" is not supported; use /v1/chat/completions or /v1/responses; body.messages[0].content: expected a string or an array of parts; body.top_p: expected a number`,
		`{"custom_id":"a","body":{"messages":[{"role":"user","content":"x"}],"top_p":7}}`: `body.top_p: 7 is above 1`,
	} {
		checkFault(t, line, want)
		if item := one(t, line); item.Form != source.Batch {
			t.Errorf("%s: read as a simple item", line)
		}
	}
}

func checkFault(t *testing.T, line, want string) {
	t.Helper()
	item := one(t, line)
	if item.Err == nil || item.Err.Error() != "in:1: "+want {
		t.Errorf("%s:\n got %v\nwant in:1: %s", line, item.Err, want)
		return
	}
	where, ok := errors.AsType[*source.LineError](item.Err)
	if !ok || where.File != "in" || where.Line != 1 || item.Line != 1 {
		t.Errorf("%s: the error is %#v", line, item.Err)
	}
}

func TestFaultKeepsTheIDOfItsItem(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":"a","prompt":5}`:        "a",
		`{"prompt":5,"id":8}`:          "8",
		`{"prompt":5}`:                 "line-1",
		`{"custom_id":"b","body":5}`:   "b",
		`{"custom_id":"b","method":1}`: "b",
		`{"custom_id":"b`:              "line-1",
	} {
		if item := one(t, line); item.ID != want || item.Err == nil {
			t.Errorf("%s: got the ID %q, %v; want %q", line, item.ID, item.Err, want)
		}
	}
}
