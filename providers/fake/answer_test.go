package fake_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func replying(r fake.Reply) *fake.Client { return fake.New(fake.Config{Default: &r}) }

// rich is an answer with a part of every kind.
var rich = fake.Reply{
	Response: &request.Response{
		ID: "answer-1", Limits: request.Limits{Requests: request.Limit{Stated: true, Limit: 10, Remaining: 9}},
		Warnings: []request.Warning{{Field: "seed", Message: "not sent"}},
		Parts: []request.Part{
			request.ReasoningPart{Text: "I think.", Signature: "proof"},
			request.TextPart{Text: "Look: ", Signature: "signed"},
			request.ImagePart{Data: []byte("png"), MediaType: "image/png"},
		},
	},
	Reasoning: "More thought.",
	Text:      "naïve 日本語 👩‍👩‍👧",
	ToolCalls: []request.ToolCall{{ID: "a", Name: "one", Arguments: `{"x":1}`}, {Name: "two"}},
	Usage:     &request.Usage{InputTokens: 5, OutputTokens: 7, Reported: true, Units: map[string]int{"search": 1}},
}

func TestAnswerHasWhatTheReplySays(t *testing.T) {
	got, err := replying(rich).Complete(t.Context(), question("Hello?"))
	if err != nil {
		t.Fatal(err)
	}
	text := request.TextPart{Text: rich.Text}
	calls := []request.ToolCall{rich.ToolCalls[0], {ID: "call_1_2", Name: "two"}}
	want := &request.Response{
		Content: "Look: " + rich.Text, Reasoning: "I think.More thought.", ToolCalls: calls,
		Parts:        append(rich.Response.Parts[:3:3], request.ReasoningPart{Text: "More thought."}, text, calls[0], calls[1]),
		FinishReason: request.FinishToolCalls, Provider: "fake", Model: "fake", ID: "answer-1",
		Usage: *rich.Usage, Limits: rich.Response.Limits, Warnings: rich.Response.Warnings,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStreamAddsUpToTheAnswer(t *testing.T) {
	for size := range 12 {
		reply := rich
		reply.ChunkSize = size
		var heard request.Assembler
		var last *request.Response
		first := true
		for chunk, err := range replying(reply).Stream(t.Context(), question("Hello?")) {
			if err != nil || last != nil {
				t.Fatalf("after %+v: %+v, %v", last, chunk, err)
			}
			if (chunk.Limits != nil) != first {
				t.Errorf("limits come with the first chunk alone: %+v", chunk)
			}
			if n := utf8.RuneCountInString(chunk.Content); size > 0 && n > size {
				t.Errorf("a chunk of %d characters: %q", n, chunk.Content)
			}
			first, last = false, chunk.Response
			if last == nil {
				heard.Add(chunk)
			}
		}
		got := new(request.Response)
		heard.Fill(got)
		if last == nil || got.Content != last.Content || got.Reasoning != last.Reasoning || !cmp.Equal(got.ToolCalls, last.ToolCalls) || len(got.Parts) != len(last.Parts) {
			t.Errorf("size %d: heard %+v of %+v", size, got, last)
		}
		whole, err := replying(reply).Complete(t.Context(), question("Hello?"))
		if diff := cmp.Diff(whole, last); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
}

func TestEmptyAnswer(t *testing.T) {
	resp, err := request.Collect(replying(fake.Reply{}).Stream(t.Context(), question("Hello?")))
	if err != nil || resp.Content != "" || len(resp.Parts) != 0 || resp.FinishReason != request.FinishStop {
		t.Errorf("got %+v, %v", resp, err)
	}
}

func TestUsageIsAnEstimateUnlessScripted(t *testing.T) {
	resp, err := replying(fake.Reply{Echo: true}).Complete(t.Context(), question("one two three"))
	if err != nil || !resp.Usage.Estimated || resp.Usage.Reported || resp.Usage.InputTokens <= resp.Usage.OutputTokens || resp.Usage.OutputTokens == 0 {
		t.Errorf("got %+v, %v", resp, err)
	}
}

func TestFirstRuleThatMatchesReplies(t *testing.T) {
	client := fake.New(fake.Config{
		Model: "small",
		Rules: []fake.Rule{
			{When: fake.Model("large"), Replies: []fake.Reply{{Text: "large"}}},
			{When: fake.Text("exact"), Replies: []fake.Reply{{Text: "text"}, {Text: "again", Times: 2}, {Text: "ever"}}},
			{When: fake.Contains("exact"), Replies: []fake.Reply{{Text: "contained"}}},
			{When: func(r *request.Request) bool { return r.Model == "small" && len(r.Messages) > 1 }},
		},
		Default: &fake.Reply{Text: "default"},
	})
	large, long := question("exact"), question("last?")
	large.Model = "large"
	long.Messages = append(long.Messages, request.Message{Role: request.RoleAssistant, Content: "exact"})
	for _, c := range []struct {
		req  request.Request
		want string
	}{
		{large, "large"}, {question("exact"), "text"}, {question("inexact"), "contained"}, {question("exact"), "again"},
		{question("exact"), "again"}, {question("exact"), "ever"}, {question("exact"), "ever"}, {long, "last?"}, {question("other"), "default"},
	} {
		resp, err := client.Complete(t.Context(), c.req)
		if err != nil || resp.Content != c.want {
			t.Errorf("got %+v, %v; want %q", resp, err, c.want)
		}
	}
}

func TestContradictionsPanicTogether(t *testing.T) {
	defer func() {
		message, _ := recover().(string)
		for _, part := range []string{"Default: sets After", "Rules[0]: has both", "Rules[0].Replies[0]: sets more than one", "Rules[0].Replies[0]: TTFT"} {
			if !strings.Contains(message, part) {
				t.Errorf("%q does not mention %q", message, part)
			}
		}
	}()
	fake.New(fake.Config{
		Default: &fake.Reply{After: 1},
		Rules: []fake.Rule{{
			Replies: []fake.Reply{{Cut: true, Stall: true, Pace: -1}},
			Respond: func(*request.Request) fake.Reply { return fake.Reply{} },
		}},
	})
}

func TestContradictionOfRespondFailsTheCall(t *testing.T) {
	client := fake.New(fake.Config{Rules: []fake.Rule{{Respond: func(*request.Request) fake.Reply { return fake.Reply{After: 1} }}}})
	if _, err := client.Complete(t.Context(), question("Hello?")); !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), "sets After") {
		t.Errorf("got %v", err)
	}
}

func TestCountTokens(t *testing.T) {
	scripted := fake.New(fake.Config{Count: func(r *request.Request) (request.TokenCount, error) {
		if r.Model == "gone" {
			return request.TokenCount{}, request.ErrNotFound
		}
		return request.TokenCount{Tokens: 42}, nil
	}})
	if n, err := scripted.CountTokens(t.Context(), question("Hello?")); n != (request.TokenCount{Tokens: 42}) || err != nil {
		t.Errorf("got %+v, %v", n, err)
	}
	gone := question("Hello?")
	gone.Model = "gone"
	if _, err := scripted.CountTokens(t.Context(), gone); !errors.Is(err, request.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, client := range []*fake.Client{scripted, replying(fake.Reply{})} {
		if _, err := client.CountTokens(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("got %v", err)
		}
		if _, err := client.CountTokens(ended, question("Hello?")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func TestCapabilitiesOfTheDefaultModel(t *testing.T) {
	client := fake.New(fake.Config{Model: "small", Capabilities: func(model string) request.Capabilities {
		return request.Capabilities{Known: model == "small"}
	}})
	if !client.Capabilities("").Known || client.Capabilities("large").Known || replying(fake.Reply{}).Capabilities("").Known {
		t.Error("capabilities are not those of the configuration")
	}
}
