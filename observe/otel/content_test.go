package otel_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestContentIfAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, true)
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{answer()}}}}))
		req := question()
		req.Messages = append(req.Messages,
			request.Message{Role: request.RoleAssistant, Parts: []request.Part{
				request.ReasoningPart{Text: "hm"}, request.ToolCall{ID: "1", Name: "look", Arguments: `{"at":"it"}`}, request.ToolCall{ID: "2", Name: "look", Arguments: `{"at`},
			}},
			request.Message{Role: request.RoleTool, Parts: []request.Part{
				request.ToolResult{CallID: "1", Content: "seen"},
				request.ToolResult{CallID: "2", Content: "seen", Parts: []request.Part{request.ImagePart{URL: "https://example.com/?sig=secret"}}},
			}},
			request.Message{Role: request.RoleUser, Parts: []request.Part{request.TextPart{Text: "and?"}, request.FilePart{ID: "f"}, request.AudioPart{Data: []byte("secret")}}},
		)
		if _, err := d.Complete(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		spans := s.spans.Ended()
		got := attributes(spans[len(spans)-1].Attributes())
		want := `[{"role":"user","parts":[{"type":"text","content":"the question"}]},` +
			`{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"tool_call","id":"1","name":"look","arguments":{"at":"it"}},` +
			`{"type":"tool_call","id":"2","name":"look","arguments":"{\"at"}]},` +
			`{"role":"tool","parts":[{"type":"tool_call_response","id":"1","response":"seen"},` +
			`{"type":"tool_call_response","id":"2","response":[{"type":"text","content":"seen"},{"type":"image"}]}]},` +
			`{"role":"user","parts":[{"type":"text","content":"and?"},{"type":"document"},{"type":"audio"}]}]`
		if d := cmp.Diff(want, got["gen_ai.input.messages"]); d != "" {
			t.Errorf("asked (-want +got):\n%s", d)
		}
		if want := `[{"role":"assistant","parts":[{"type":"text","content":"the answer"}],"finish_reason":"stop"}]`; got["gen_ai.output.messages"] != want {
			t.Errorf("answered %s", got["gen_ai.output.messages"])
		}
		s.hides(t, "secret")
	})
}
