package anthropic_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// encoded sends a request and returns the body and the warnings on the response.
func encoded(t *testing.T, req request.Request, change func(*anthropic.Config)) (string, []request.Warning) {
	t.Helper()
	transport := canned.Answer(whole(`{"type":"text","text":"a"}`, `"end_turn"`))
	return canned.Encoded(t, clientOver(t, transport, change), transport, req)
}

type (
	msg   = request.Message
	parts = []request.Part
)

func withMessages(m ...msg) request.Request { return request.Request{Messages: m} }

func say(p ...request.Part) request.Request {
	return withMessages(msg{Role: request.RoleUser, Parts: p})
}

func user(text string) msg              { return msg{Role: request.RoleUser, Content: text} }
func system(text string) msg            { return msg{Role: request.RoleSystem, Content: text} }
func assistant(p ...request.Part) msg   { return msg{Role: request.RoleAssistant, Parts: p} }
func results(p ...request.Part) msg     { return msg{Role: request.RoleTool, Parts: p} }
func textPart(s string) request.Part    { return request.TextPart{Text: s} }
func mark(d time.Duration) request.Part { return request.CacheBreakpoint{TTL: d} }

func TestEncodeMessages(t *testing.T) {
	call := request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}
	const called = `{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"x":1}}]}`
	for _, c := range []struct {
		name string
		req  request.Request
		want string // of the fields between max_tokens and the end
	}{
		{"plain", canned.Ask(), `"messages":[{"role":"user","content":"Hello?"}]`},
		{"escapes", withMessages(user("a\"b\\\n\x01é")), `"messages":[{"role":"user","content":"a\"b\\\n\u0001é"}]`},
		{"one text part", say(textPart("a")), `"messages":[{"role":"user","content":"a"}]`},
		{"content before parts", withMessages(msg{Role: request.RoleUser, Content: "a", Parts: parts{textPart(""), textPart("b")}}),
			`"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]`},
		{"system", withMessages(system("s"), user("a")), `"system":"s","messages":[{"role":"user","content":"a"}]`},
		{"system anywhere", withMessages(user("a"), system("s"), user("b"), msg{Role: request.RoleSystem, Parts: parts{textPart("t"), mark(time.Hour)}}),
			`"system":[{"type":"text","text":"s"},{"type":"text","text":"t","cache_control":{"type":"ephemeral","ttl":"1h"}}],` +
				`"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]`},
		{"turns of one side are one", withMessages(user("go"), assistant(call, request.ToolCall{ID: "2", Name: "g"}), results(request.ToolResult{CallID: "1", Content: "ok"}),
			results(request.ToolResult{CallID: "2", Content: "no", IsError: true}), user("and?")),
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"x":1}},{"type":"tool_use","id":"2","name":"g","input":{}}]},` +
				`{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"ok"},{"type":"tool_result","tool_use_id":"2","content":"no","is_error":true},{"type":"text","text":"and?"}]}]`},
		{"result of parts", withMessages(user("go"), assistant(call), results(request.ToolResult{CallID: "1", Content: "a", Parts: parts{request.ImagePart{URL: "https://x"}, request.FilePart{ID: "f"}, mark(0)}})),
			`"messages":[{"role":"user","content":"go"},` + called + `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"a"},` +
				`{"type":"image","source":{"type":"url","url":"https://x"}},{"type":"document","source":{"type":"file","file_id":"f"},"cache_control":{"type":"ephemeral"}}]}]}]`},
		{"empty result", withMessages(user("go"), assistant(call), results(request.ToolResult{CallID: "1"})),
			`"messages":[{"role":"user","content":"go"},` + called + `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"}]}]`},
		{"ids of other providers", withMessages(user("go"), assistant(request.ToolCall{ID: "a.b|c", Name: "f"}), results(request.ToolResult{CallID: "a.b|c", Content: "ok"})),
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a_b_c","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a_b_c","content":"ok"}]}]`},
		{"empty answer is left out", withMessages(user("a"), assistant(), user("b")), `"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]`},
		{"thinking in its place", withMessages(user("go"), assistant(request.ReasoningPart{Text: "hm", Signature: "s"}, request.ReasoningPart{Encrypted: "x"}, textPart("a"), request.ReasoningPart{Signature: "t"}, call), results(request.ToolResult{CallID: "1", Content: "ok"})),
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},{"type":"text","text":"a"},` +
				`{"type":"thinking","thinking":"","signature":"t"},{"type":"tool_use","id":"1","name":"f","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"ok"}]}]`},
		{"opaque parts", withMessages(user("go"), assistant(request.ReasoningPart{Encrypted: `{"type":"x","y":[1]}`, Format: anthropic.BlockFormat}, textPart("a"),
			request.ReasoningPart{Encrypted: `[{"url":"u"}]`, Format: anthropic.CitationsFormat}, mark(0), textPart("b"))),
			`"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"x","y":[1]},{"type":"text","text":"a","citations":[{"url":"u"}],"cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}]`},
		{"cache marks", withMessages(msg{Role: request.RoleSystem, Content: "s", Parts: parts{mark(time.Hour), mark(0)}}, msg{Role: request.RoleUser, Content: "go", Parts: parts{mark(0), request.ImagePart{URL: "u"}, mark(5 * time.Minute)}},
			assistant(call, mark(0)), results(request.ToolResult{CallID: "1", Content: "ok"}, mark(time.Hour))),
			`"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":[{"type":"text","text":"go","cache_control":{"type":"ephemeral"}},` +
				`{"type":"image","source":{"type":"url","url":"u"},"cache_control":{"type":"ephemeral","ttl":"5m"}}]},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"x":1},"cache_control":{"type":"ephemeral"}}]},` +
				`{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"ok","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings := encoded(t, c.req, nil)
			if want := `{"model":"claude-sonnet-4-5","max_tokens":64000,` + c.want + `}`; got != want || len(warnings) > 0 {
				t.Errorf("got  %s\nwant %s\nwarnings %v", got, want, warnings)
			}
		})
	}
}

func TestEncodeMedia(t *testing.T) {
	for _, c := range []struct {
		name string
		part request.Part
		want string
	}{
		{"image by URL", request.ImagePart{URL: "https://x"}, `{"type":"image","source":{"type":"url","url":"https://x"}}`},
		{"image recognised", request.ImagePart{Data: []byte("\x89PNG\r\n\x1a\n")}, `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}`},
		{"image of a type", request.ImagePart{Data: []byte("hi"), MediaType: "image/webp"}, `{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"aGk="}}`},
		{"PDF recognised", request.FilePart{Data: []byte("%PDF-1.7"), Name: "a.pdf"}, `{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjc="},"title":"a.pdf"}`},
		{"text recognised", request.FilePart{Data: []byte("plain \"text\"")}, `{"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain \"text\""}}`},
		{"JSON is text", request.FilePart{Data: []byte("{}"), MediaType: "application/json"}, `{"type":"document","source":{"type":"text","media_type":"text/plain","data":"{}"}}`},
		{"file by URL", request.FilePart{URL: "https://x/a.pdf"}, `{"type":"document","source":{"type":"url","url":"https://x/a.pdf"}}`},
		{"file by ID", request.FilePart{ID: "file_1", Name: "n"}, `{"type":"document","source":{"type":"file","file_id":"file_1"},"title":"n"}`},
		{"file that is an image", request.FilePart{ID: "file_1", MediaType: "image/png"}, `{"type":"image","source":{"type":"file","file_id":"file_1"}}`},
		{"bytes that are an image", request.FilePart{Data: []byte("GIF89a"), Name: "n"}, `{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lGODlh"}}`},
	} {
		got, warnings := encoded(t, say(c.part), nil)
		if !strings.Contains(got, `"content":[`+c.want+`]}`) || len(warnings) > 0 {
			t.Errorf("%s: got %s, want %s; warnings %v", c.name, got, c.want, warnings)
		}
	}
}

func TestWhatCantBeSaidIsRefused(t *testing.T) {
	opaque := func(format, data string) request.Request {
		return withMessages(user("go"), assistant(textPart("a"), request.ReasoningPart{Encrypted: data, Format: format}))
	}
	extra := func(fields map[string]any) request.Request {
		return request.Request{Messages: []msg{user("go")}, Extra: map[string]map[string]any{"anthropic": fields}}
	}
	format := request.Request{Messages: []msg{user("go")}, Tools: []request.Tool{{Name: "response"}}, ResponseFormat: request.ResponseFormat{Type: request.FormatJSON}}
	replaced := extra(map[string]any{"tools": []int{}})
	replaced.ResponseFormat.Type = request.FormatJSON
	for says, req := range map[string]request.Request{
		"has no place in this API's c": {Model: "other", Messages: say(request.AudioPart{URL: "https://x"}).Messages},
		"data looks like text/plain":   say(request.ImagePart{Data: []byte("hello")}),
		"no file of type application/": say(request.FilePart{Data: []byte("PK\x03\x04")}),
		"no file of type text/plain,":  say(request.FilePart{Data: []byte{0xff, 'a'}, MediaType: "text/plain"}),
		"only PDFs and images by URL":  say(request.FilePart{URL: "https://x", MediaType: "text/csv"}),
		"an assistant message of this": withMessages(assistant(request.ImagePart{URL: "u"})),
		"the opaque block is no JSON":  opaque(anthropic.BlockFormat, `[1]`),
		"the citations are no JSON":    opaque(anthropic.CitationsFormat, `[`),
		"can't be written as JSON":     extra(map[string]any{"x": func() {}}),
		"calling Complete or Stream":   extra(map[string]any{"stream": true}),
		"a tool has the name response": format,
		"remove one of the two":        replaced,
		"messages: empty":              {},
		"messages[0].parts[0]: no con": say(request.ImagePart{}),
	} {
		transport := canned.Answer("")
		_, err := clientOver(t, transport, nil).Complete(t.Context(), req)
		e := canned.AsError(t, err)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) || e.Provider != "anthropic" || e.MaybeBilled {
			t.Errorf("%s: got %v", says, err)
		}
		if transport.Got != nil {
			t.Errorf("%s: it was sent", says)
		}
	}
}

// What is left out is named.
func TestWhatIsNotSentIsNamed(t *testing.T) {
	thought := func(p request.ReasoningPart) request.Request {
		return withMessages(user("go"), assistant(textPart("a"), p), user("on"))
	}
	for _, c := range []struct {
		name, field string
		req         request.Request
		kept        string
	}{
		{"unsigned thinking", "reasoning", thought(request.ReasoningPart{Text: "hm"}), `{"role":"assistant","content":[{"type":"text","text":"a"}]}`},
		{"another provider's", "reasoning", thought(request.ReasoningPart{Encrypted: "x", Format: "openai-responses-v1"}), `{"role":"assistant","content":[{"type":"text","text":"a"}]}`},
		{"citations without text", "citations", withMessages(user("go"), assistant(request.ReasoningPart{Encrypted: "[]", Format: anthropic.CitationsFormat}, textPart("a"))), `[{"type":"text","text":"a"}]`},
		{"a mark on thinking", "cache_breakpoint", withMessages(user("go"), assistant(request.ReasoningPart{Text: "hm", Signature: "s"}, mark(0)), user("on")), `"signature":"s"}]}`},
		{"a name", "name", withMessages(msg{Role: request.RoleUser, Content: "a", Name: "n"}), `{"role":"user","content":"a"}`},
		{"image detail", "image.detail", say(request.ImagePart{URL: "u", Detail: "low"}), `{"type":"image","source":{"type":"url","url":"u"}}`},
		{"an odd TTL", "cache_breakpoint.ttl", say(textPart("a"), mark(30*time.Minute)), `"ttl":"1h"`},
		{"a short TTL", "cache_breakpoint.ttl", say(textPart("a"), mark(time.Minute)), `"ttl":"5m"`},
		{"broken arguments", "tool_call.arguments", withMessages(user("go"), assistant(request.ToolCall{ID: "1", Name: "f", Arguments: `{"a`})), `"input":{"INVALID_JSON":"{\"a"}`},
		{"arguments that are no object", "tool_call.arguments", withMessages(user("go"), assistant(request.ToolCall{ID: "1", Name: "f", Arguments: ` [1]`})), `"input":{"INVALID_JSON":" [1]"}`},
	} {
		body, warnings := encoded(t, c.req, nil)
		if len(warnings) != 1 || warnings[0].Field != c.field || !strings.Contains(body, c.kept) {
			t.Errorf("%s: warnings %v, sent %s", c.name, warnings, body)
		}
	}
}
