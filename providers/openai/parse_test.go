package openai_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestParseRequestReportsEveryFault(t *testing.T) {
	body := `{"model":7,"messages":[{"role":"user","content":5},{"role":3},"x",{"role":"user","content":[{"type":"image_url","image_url":{}},{"type":"video"},{"type":"input_audio","input_audio":{"data":"?"}}]},
		{"role":"assistant","tool_calls":{"id":1}},{"role":"user","content":"a","cache_control":{"ttl":"soon"}}],
		"max_tokens":1.5,"temperature":"hot","stop":[1],"tools":[{"type":"web_search"},{"function":{"name":1,"parameters":"x"}}],"tool_choice":5,
		"response_format":"json","parallel_tool_calls":"yes","seed":[],"user":{},"n":2,"top_p":1e999,"top_k":1e300}`
	_, err := openai.ParseRequest([]byte(body), "p")
	got := canned.Faults(t, err)
	want := []string{
		`model: expected a string`, `messages[0].content: expected a string or an array of parts`, `messages[1].role: expected a string`,
		`messages[2]: expected an object`, `messages[3].content[0].image_url: no address; give {"url": …}`,
		`messages[3].content[1].type: "video" is unknown; use text, image_url, input_audio or file`,
		`messages[3].content[2].input_audio.data: not base64: illegal base64 data at input byte 0`,
		`messages[4].tool_calls: expected an array`, `messages[5].cache_control.ttl: "soon" is not a duration; use 5m or 1h`,
		`max_tokens: expected a whole number, not 1.5`, `temperature: expected a number`, `stop[0]: expected a string`,
		`tools[0].type: "web_search" is not supported; only functions are`, `tools[1].function.name: expected a string`,
		`tools[1].function.parameters: expected an object`, `tool_choice: expected an object`, `response_format: expected an object`,
		`parallel_tool_calls: expected true or false`, `seed: expected a number`, `user: expected a string`,
		`n: 2 answers: a response holds one; send the request several times`, `top_p: 1e999 is out of range`, `top_k: expected a whole number, not 1e300`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What has no place in a request must not vanish from it.
func TestParseRequestDropsNothing(t *testing.T) {
	for body, want := range map[string]string{
		`{"tool_choice":{"type":"allowed_tools","allowed_tools":{}}}`:                             `tool_choice.type: "allowed_tools" is not supported`,
		`{"messages":[{"role":"assistant","content":"a","prefix":true}]}`:                         "messages[0].prefix: is not supported",
		`{"messages":[{"role":"assistant","function_call":{"name":"f"}}]}`:                        "messages[0].function_call: is not supported",
		`{"messages":[],"messages":[]}`:                                                           "messages: given twice",
		`{"messages":[{"role":"user","content":[{"type":"text","text":"a","prompt_cache":1}]}]}`:  "messages[0].content[0].prompt_cache: is not supported",
		`{"tools":[{"type":"function","function":{"name":"f"},"deferred":true}]}`:                 "tools[0].deferred: is not supported",
		`{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{},"x":1}}}`: "response_format.json_schema.x: is not supported",
	} {
		if _, err := openai.ParseRequest([]byte(body), "p"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
	sentBack := `{"messages":[{"role":"assistant","content":"a","refusal":null,"annotations":[],"audio":null,"function_call":null,"tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}`
	if _, err := openai.ParseRequest([]byte(sentBack), "p"); err != nil {
		t.Errorf("an answer sent back: %v", err)
	}
}

func TestParseRequestRefusesWhatIsNoObject(t *testing.T) {
	for _, body := range []string{``, `[]`, `"x"`, `null`, `{"model":"m"`, `{"model":"m"} x`, `{"messages":[`, `{"":}`} {
		if _, err := openai.ParseRequest([]byte(body), "p"); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestParseRequestForms(t *testing.T) {
	user := func(parts ...request.Part) []request.Message {
		return []request.Message{{Role: request.RoleUser, Parts: parts}}
	}
	for _, c := range []struct {
		name, body string
		want       request.Request
	}{
		{"developer, null content, refusal", `{"messages":[{"role":"developer","content":"d"},{"role":"assistant","content":null,"refusal":"no"}]}`,
			request.Request{Messages: []request.Message{{Role: request.RoleSystem, Content: "d"}, {Role: request.RoleAssistant, Parts: []request.Part{request.TextPart{Text: "no"}}}}}},
		{"one stop, any, both maxima", `{"stop":"x","tool_choice":"any","max_tokens":5,"max_completion_tokens":6,"messages":[]}`,
			request.Request{Stop: []string{"x"}, ToolChoice: request.ToolChoice{Mode: request.ToolRequired}, MaxTokens: 6}},
		{"whole numbers as floats", `{"max_tokens":5.0,"seed":1e3,"top_k":2.0}`, request.Request{MaxTokens: 5, Seed: new(int64(1000)), TopK: new(2)}},
		{"nulls are unset", `{"model":null,"temperature":null,"stop":null,"tools":null,"tool_choice":null,"response_format":null,"max_tokens":null,"messages":null}`, request.Request{}},
		{"stream is the caller's choice", `{"model":"m","stream":true,"stream_options":{"include_usage":true}}`, request.Request{Model: "m"}},
		{"unknown fields are kept", `{"logit_bias":{"1": 2},"n":1}`, request.Request{Extra: map[string]map[string]any{"p": {"logit_bias": json.RawMessage(`{"1": 2}`)}}}},
		{"all digits of a seed", `{"seed":9007199254740993}`, request.Request{Seed: new(int64(9007199254740993))}},
		{"file forms", `{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}},{"type":"file","file":{"file_data":"aGk=","filename":"n"}},{"type":"file","file":{"file_data":"https://x/y"}},"t"]}]}`,
			request.Request{Messages: user(request.FilePart{ID: "f"}, request.FilePart{Data: []byte("hi"), Name: "n"}, request.FilePart{URL: "https://x/y"}, request.TextPart{Text: "t"})}},
		{"image as text", `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://x"}]}]}`, request.Request{Messages: user(request.ImagePart{URL: "https://x"})}},
		{"arguments as an object", `{"messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":{"x":1}}}]}]}`,
			request.Request{Messages: []request.Message{{Role: request.RoleAssistant, Parts: []request.Part{request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}}}}}},
		{"cache mark in a part", `{"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}`,
			request.Request{Messages: user(request.TextPart{Text: "a"}, request.CacheBreakpoint{TTL: time.Hour})}},
	} {
		got, err := openai.ParseRequest([]byte(c.body), "p")
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
	}
}

// everything is a provider that can say all of the vocabulary.
var everything = openai.Quirks{TopK: true, CacheKey: true, CacheControl: true, FileURL: true, ReasoningBack: openai.ReasoningDetails}

// drawRequest makes a request in the form in which ParseRequest returns it.
func drawRequest(t *rapid.T) request.Request {
	text := rapid.StringN(1, 12, -1).Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	r := request.Request{Model: text.Draw(t, "model"), MaxTokens: rapid.IntRange(0, 1000).Draw(t, "max"), User: text.Draw(t, "user")}
	if maybe("sampling") {
		r.Temperature, r.TopP = new(rapid.Float64Range(0, 2).Draw(t, "temperature")), new(rapid.Float64Range(0, 1).Draw(t, "top_p"))
		r.TopK, r.Seed = new(rapid.IntRange(0, 100).Draw(t, "top_k")), new(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "seed"))
		r.FrequencyPenalty = new(rapid.Float64Range(-2, 2).Draw(t, "penalty"))
		r.Stop = rapid.SliceOfN(text, 1, 3).Draw(t, "stop")
	}
	if maybe("tools") {
		r.Tools = []request.Tool{{Name: "f", Description: text.Draw(t, "description"), Parameters: []byte(`{"type":"object"}`), Strict: new(maybe("strict"))}}
		r.ToolChoice = rapid.SampledFrom([]request.ToolChoice{{}, {Mode: request.ToolAuto}, {Mode: request.ToolRequired}, {Mode: request.ToolNamed, Name: "f"}}).Draw(t, "choice")
		r.ParallelToolCalls = new(maybe("parallel"))
	}
	if maybe("schema") {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Name: "n", Description: text.Draw(t, "about"), Schema: []byte(`{"type":"object"}`), Strict: maybe("held")}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "turns") {
		r.Messages = append(r.Messages, drawTurn(t, text, i)...)
	}
	return r
}

func drawTurn(t *rapid.T, text *rapid.Generator[string], i int) []request.Message {
	user := request.Message{Role: request.RoleUser, Content: text.Draw(t, "content"), Name: text.Draw(t, "name")}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return []request.Message{{Role: request.RoleSystem, Content: text.Draw(t, "system")}, user}
	case 1:
		user.Content = ""
		user.Parts = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) request.Part { return drawPart(t, text) }), 0, 4).Draw(t, "parts")
		user.Parts = append(user.Parts, request.ImagePart{URL: "https://x/" + text.Draw(t, "url")})
		return []request.Message{user}
	case 2:
		id := fmt.Sprint("call", i)
		called := request.Message{Role: request.RoleAssistant, Content: text.Draw(t, "said"), Parts: []request.Part{request.ToolCall{ID: id, Name: "f", Arguments: text.Draw(t, "arguments")}}}
		result := request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: id, Content: text.Draw(t, "result")}}}
		return []request.Message{user, called, result}
	}
	thought := request.ReasoningPart{Text: text.Draw(t, "thought"), Signature: text.Draw(t, "signature"), ID: text.Draw(t, "id"), Format: text.Draw(t, "format")}
	hidden := request.ReasoningPart{Encrypted: text.Draw(t, "encrypted")}
	return []request.Message{user, {Role: request.RoleAssistant, Parts: []request.Part{thought, hidden, request.TextPart{Text: text.Draw(t, "answer")}}}}
}

func drawPart(t *rapid.T, text *rapid.Generator[string]) request.Part {
	data := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "data")
	switch rapid.IntRange(0, 3).Draw(t, "part") {
	case 0:
		return request.ImagePart{Data: data, MediaType: "image/png", Detail: "high"}
	case 1:
		return request.FilePart{Data: data, MediaType: "application/pdf", Name: text.Draw(t, "file")}
	case 2:
		return request.AudioPart{Data: data, MediaType: "audio/wav"}
	}
	return request.TextPart{Text: text.Draw(t, "text")}
}

// What a client sends, ParseRequest must read back.
func TestRequestRoundTrips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := drawRequest(rt)
		transport := canned.Answer(message(`"content":"a"`, `"stop"`))
		client := clientOver(t, transport, func(c *openai.Config) { c.Quirks = everything })
		canned.CheckRoundTrip(rt, client, transport, want, "openai", openai.ParseRequest)
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"stop":"x","tools":[{"function":{"name":"f"}}]}`))
	f.Add([]byte(`{"messages":[{"role":"tool","tool_call_id":"1","content":null,"cache_control":{}},{"reasoning_details":[{}]}],"":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = canned.CheckParsed(t, body, openai.ParseRequest)
	})
}
