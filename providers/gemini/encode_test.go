package gemini_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// encoded sends a request and returns the body and the warnings on the response.
func encoded(t *testing.T, change func(*gemini.Config), req request.Request) (string, []request.Warning) {
	t.Helper()
	transport := canned.Answer(answer(`{"text":"a"}`, "STOP"))
	return canned.Encoded(t, clientOver(t, transport, change), transport, req)
}

func withMessages(m ...request.Message) request.Request { return request.Request{Messages: m} }

func say(parts ...request.Part) request.Request {
	return withMessages(request.Message{Role: request.RoleUser, Parts: parts})
}

func assistant(parts ...request.Part) request.Message {
	return request.Message{Role: request.RoleAssistant, Parts: parts}
}

func results(parts ...request.Part) request.Message {
	return request.Message{Role: request.RoleTool, Parts: parts}
}

// modern names a model of the third generation.
func modern(r request.Request) request.Request {
	r.Model = "gemini-3-flash-preview"
	return r
}

var asked = request.Message{Role: request.RoleUser, Content: "go"}

const (
	goTurn  = `{"role":"user","parts":[{"text":"go"}]}`
	hiTurn  = `{"role":"user","parts":[{"text":"Hello?"}]}`
	fCalled = `{"role":"model","parts":[{"functionCall":{"name":"f","id":"1","args":{"x":1}}}]}`
)

func TestEncodeContents(t *testing.T) {
	call := request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}
	called := assistant(call)
	two := assistant(call, request.ToolCall{ID: "2", Name: "f"})
	for _, c := range []struct {
		name string
		req  request.Request
		want string // inside the body
	}{
		{"plain", canned.Ask(), `"contents":[` + hiTurn + `]`},
		{"escapes", withMessages(request.Message{Role: request.RoleUser, Content: "a\"b\\\n\x01é"}), `"contents":[{"role":"user","parts":[{"text":"a\"b\\\n\u0001é"}]}]`},
		{"system anywhere", withMessages(request.Message{Role: request.RoleSystem, Content: "s1"}, asked, request.Message{Role: request.RoleSystem, Parts: []request.Part{request.TextPart{Text: "s2"}}}),
			`"systemInstruction":{"parts":[{"text":"s1"},{"text":"s2"}]},"contents":[` + goTurn + `]`},
		{"texts stay apart", withMessages(request.Message{Role: request.RoleUser, Content: "a", Parts: []request.Part{request.TextPart{Text: "b"}}}),
			`"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]}]`},
		{"image by URL", say(request.ImagePart{URL: "https://x/y.JPG?z"}), `"contents":[{"role":"user","parts":[{"fileData":{"mimeType":"image/jpeg","fileUri":"https://x/y.JPG?z"}}]}]`},
		{"image by data URL", say(request.ImagePart{URL: "data:image/png;base64,aGk="}), `"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}]`},
		{"image recognised", say(request.ImagePart{Data: []byte("\x89PNG\r\n\x1a\n"), Signature: "c2ln"}),
			`"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="},"thoughtSignature":"c2ln"}]}]`},
		{"image resolution", modern(say(request.ImagePart{URL: "gs://b/o", MediaType: "image/webp", Detail: "low"})),
			`"contents":[{"role":"user","parts":[{"fileData":{"mimeType":"image/webp","fileUri":"gs://b/o"},"mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"}}]}]`},
		{"file recognised", say(request.FilePart{Data: []byte("%PDF-1.7")}), `"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjc="}}]}]`},
		{"file of text", say(request.FilePart{Data: []byte("hi")}), `"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"text/plain","data":"aGk="}}]}]`},
		{"file by id", say(request.FilePart{ID: "files/abc", MediaType: "text/csv"}),
			`"contents":[{"role":"user","parts":[{"fileData":{"mimeType":"text/csv","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}]}]`},
		{"file by full id", say(request.FilePart{ID: "gs://b/o"}), `"contents":[{"role":"user","parts":[{"fileData":{"fileUri":"gs://b/o"}}]}]`},
		{"audio", say(request.AudioPart{Data: []byte("hi"), MediaType: "audio/mpeg"}, request.AudioPart{URL: "https://x/a.mp3"}),
			`"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"audio/mpeg","data":"aGk="}},{"fileData":{"mimeType":"audio/mpeg","fileUri":"https://x/a.mp3"}}]}]`},
		{"audio recognised", say(request.AudioPart{Data: []byte("RIFF\x00\x00\x00\x00WAVEfmt ")}), `"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"audio/wav","data":"UklGRgAAAABXQVZFZm10IA=="}}]}]`},
		{"thoughts and signatures go back", withMessages(asked, assistant(request.ReasoningPart{Text: "hm", Signature: "czE="}, request.TextPart{Text: "a", Signature: "czI="}, request.TextPart{Signature: "czM="}), asked),
			`"contents":[` + goTurn + `,{"role":"model","parts":[{"thought":true,"text":"hm","thoughtSignature":"czE="},{"text":"a","thoughtSignature":"czI="},{"text":"","thoughtSignature":"czM="}]},` + goTurn + `]`},
		{"opaque parts go back", withMessages(asked, assistant(request.ReasoningPart{Encrypted: `{"executableCode":{"code":"1"}}`, Format: gemini.PartFormat}), asked),
			`"contents":[` + goTurn + `,{"role":"model","parts":[{"executableCode":{"code":"1"}}]},` + goTurn + `]`},
		{"an empty turn is left out", withMessages(asked, assistant(), asked), `"contents":[` + goTurn + `,` + goTurn + `]`},
		{"tool loop", withMessages(asked, called, results(request.ToolResult{CallID: "1", Content: "ok"})),
			`"contents":[` + goTurn + `,` + fCalled + `,{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"result":"ok"}}}]}]`},
		{"results of one turn are one turn, in the order of the calls", withMessages(asked, two, results(request.ToolResult{CallID: "2", Content: "b"}), results(request.ToolResult{CallID: "1", Content: "a", Name: "g"}), asked),
			`"contents":[` + goTurn + `,{"role":"model","parts":[{"functionCall":{"name":"f","id":"1","args":{"x":1}}},{"functionCall":{"name":"f","id":"2","args":{}}}]},` +
				`{"role":"user","parts":[{"functionResponse":{"name":"g","id":"1","response":{"result":"a"}}},{"functionResponse":{"name":"f","id":"2","response":{"result":"b"}}}]},` + goTurn + `]`},
		{"result as an object", withMessages(asked, called, results(request.ToolResult{CallID: "1", Content: `{"t": 20}`})),
			`"contents":[` + goTurn + `,` + fCalled + `,{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"t": 20}}}]}]`},
		{"result whose digits must last", withMessages(asked, called, results(request.ToolResult{CallID: "1", Content: `{"t":9007199254740993}`})),
			`"contents":[` + goTurn + `,` + fCalled + `,{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"result":"{\"t\":9007199254740993}"}}}]}]`},
		{"failed result", withMessages(asked, called, results(request.ToolResult{CallID: "1", Content: "no", IsError: true, Parts: []request.Part{request.TextPart{Text: " way"}}})),
			`"contents":[` + goTurn + `,` + fCalled + `,{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"error":"no way"}}}]}]`},
		{"result with an image", modern(withMessages(asked, assistant(request.ToolCall{ID: "1", Name: "f", Signature: "czE="}), results(request.ToolResult{CallID: "1", Parts: []request.Part{request.ImagePart{Data: []byte("hi"), MediaType: "image/png"}}}))),
			`"contents":[` + goTurn + `,{"role":"model","parts":[{"functionCall":{"name":"f","id":"1","args":{}},"thoughtSignature":"czE="}]},{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"result":""},"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}}]}]`},
		{"calls of another model, for one that wants signatures", modern(withMessages(asked, two, results(request.ToolResult{CallID: "1"}, request.ToolResult{CallID: "2"}))),
			`"contents":[` + goTurn + `,{"role":"model","parts":[{"functionCall":{"name":"f","id":"1","args":{"x":1}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"name":"f","id":"2","args":{}}}]},` +
				`{"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":{"result":""}}},{"functionResponse":{"name":"f","id":"2","response":{"result":""}}}]}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings := encoded(t, nil, c.req)
			if want := `{` + c.want + `}`; got != want || len(warnings) > 0 {
				t.Errorf("got  %s\nwant %s\nwarnings %v", got, want, warnings)
			}
		})
	}
}

func TestVertexGetsNoIDsThatItDidNotGive(t *testing.T) {
	req := withMessages(asked, assistant(request.ToolCall{ID: "call_r1_0", Name: "f"}, request.ToolCall{ID: "own", Name: "f"}),
		results(request.ToolResult{CallID: "call_r1_0", Content: "a"}, request.ToolResult{CallID: "own", Content: "b"}))
	got, _ := encoded(t, onVertex, req)
	want := `{"contents":[` + goTurn + `,{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","id":"own","args":{}}}]},` +
		`{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"a"}}},{"functionResponse":{"name":"f","id":"own","response":{"result":"b"}}}]}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, _ := encoded(t, nil, req); strings.Count(got, `"id":"call_r1_0"`) != 2 {
		t.Errorf("the Gemini API gets %s", got)
	}
}

func TestWhatCantBeSaidIsRefused(t *testing.T) {
	image := request.ImagePart{URL: "https://x/y.png"}
	extra := func(fields map[string]any) request.Request {
		req := canned.Ask()
		req.Extra = map[string]map[string]any{"gemini": fields}
		return req
	}
	for says, req := range map[string]request.Request{
		"the data looks like text":            say(request.ImagePart{Data: []byte("hello")}),
		"looks like application/octet-stream": say(request.AudioPart{Data: []byte{1, 2}}),
		"the data URL can't be read":          say(request.ImagePart{URL: "data:image/png,x"}),
		"this model takes text only":          withMessages(asked, assistant(request.ToolCall{ID: "1", Name: "f"}), results(request.ToolResult{CallID: "1", Parts: []request.Part{image}})),
		"arguments are not a JSON object":     withMessages(asked, assistant(request.ToolCall{ID: "1", Name: "f", Arguments: `{"x"`})),
		"give a user message":                 withMessages(request.Message{Role: request.RoleSystem, Content: "s"}),
		"does not fit into 32 bits":           {Messages: []request.Message{asked}, Seed: new(int64(1 << 40))},
		"can't be written as JSON":            extra(map[string]any{"x": func() {}}),
		"write the name in camelCase":         extra(map[string]any{"generation_config": map[string]any{}}),
		"generationConfig.candidateCount":     extra(map[string]any{"generationConfig": map[string]any{"candidateCount": 2}}),
		"generationConfig.top_p: write":       extra(map[string]any{"generationConfig": map[string]any{"top_p": 2}}),
		"tools: must be a list":               extra(map[string]any{"tools": map[string]any{"googleSearch": 1}}),
		"arguments in pieces are not read":    extra(map[string]any{"toolConfig": map[string]any{"functionCallingConfig": map[string]any{"streamFunctionCallArguments": true}}}),
		"messages: empty":                     {},
		"max_tokens: -1 is negative":          {Messages: []request.Message{asked}, MaxTokens: -1},
		"the model has no place":              {Messages: []request.Message{asked}, Model: "../../files"},
	} {
		transport := canned.Answer("")
		_, err := clientOver(t, transport, nil).Complete(t.Context(), req)
		e := canned.AsError(t, err)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) || e.Provider != "gemini" || e.MaybeBilled {
			t.Errorf("%s: got %v", says, err)
		}
		if transport.Got != nil {
			t.Errorf("%s: it was sent", says)
		}
	}
	_, err := clientOver(t, canned.Answer(""), onVertex).Complete(t.Context(), say(request.FilePart{ID: "files/abc"}))
	if err == nil || !strings.Contains(err.Error(), "Vertex AI holds no files") {
		t.Errorf("a file's id at Vertex AI: %v", err)
	}
}

func TestWhatIsNotHonouredIsWarnedOf(t *testing.T) {
	req := canned.Ask()
	req.User, req.PromptCacheKey, req.ParallelToolCalls = "u", "k", new(false)
	req.Tools = []request.Tool{{Name: "f", Cache: &request.CacheBreakpoint{}}}
	req.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{}`), Description: "d", Name: "n"}
	req.Messages = append(req.Messages,
		request.Message{Role: request.RoleAssistant, Name: "n", Content: "a", Parts: []request.Part{request.ReasoningPart{Encrypted: "x"}}},
		request.Message{Role: request.RoleUser, Parts: []request.Part{request.ImagePart{URL: "u", Detail: "high"}, request.FilePart{URL: "u", Name: "n"}}})
	_, warnings := encoded(t, nil, req)
	got := canned.Warned(warnings)
	want := []string{"name", "reasoning", "image.detail", "file.name", "cache_breakpoint", "parallel_tool_calls", "response_format.description", "user", "prompt_cache_key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
