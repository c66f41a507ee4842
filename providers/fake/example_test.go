package fake_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func question(text string) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}
}

func Example() {
	client := fake.New(fake.Config{Rules: []fake.Rule{
		{When: fake.Contains("capital"), Replies: []fake.Reply{{Text: "Paris."}}},
	}})
	for _, text := range []string{"What is the capital of France?", "Thank you!"} {
		resp, err := client.Complete(context.Background(), question(text))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Content)
	}
	fmt.Println(len(client.Calls()), "calls")
	// Output:
	// Paris.
	// Thank you!
	// 2 calls
}

// The first two calls fail as an overloaded provider does, and the third is answered.
func ExampleReply_times() {
	overloaded := &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: 2 * time.Second}
	client := fake.New(fake.Config{Rules: []fake.Rule{
		{Replies: []fake.Reply{{Err: overloaded, Times: 2}, {Text: "At last."}}},
	}})
	for range 3 {
		resp, err := client.Complete(context.Background(), question("Hello?"))
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(resp.Content)
	}
	// Output:
	// fake: overloaded (503); retry after 2s
	// fake: overloaded (503); retry after 2s
	// At last.
}

// A stream breaks off after two chunks.
func ExampleClient_Stream() {
	client := fake.New(fake.Config{Default: &fake.Reply{Text: "Once upon a time", ChunkSize: 5, Cut: true, After: 2}})
	for chunk, err := range client.Stream(context.Background(), question("A story, please.")) {
		if err != nil {
			e, _ := errors.AsType[*request.Error](err)
			fmt.Printf("%s, having got %q\n", e.Class, e.Partial.Content)
			return
		}
		fmt.Printf("%q\n", chunk.Content)
	}
	// Output:
	// "Once "
	// "upon "
	// truncated, having got "Once upon "
}

func ExampleClient_Calls() {
	client := fake.New(fake.Config{Default: &fake.Reply{Text: "a long, long answer"}})
	for range client.Stream(context.Background(), question("Go on.")) {
		break
	}
	for _, call := range client.Calls() {
		fmt.Printf("%q: streamed %v, left early %v after %d chunk\n", call.Request.Messages[0].Content, call.Streamed, call.Left, call.Chunks)
	}
	// Output: "Go on.": streamed true, left early true after 1 chunk
}

func ExampleClient_Peak() {
	client := fake.New(fake.Config{})
	_, _ = client.Complete(context.Background(), question("one"))
	_, _ = client.Complete(context.Background(), question("two"))
	fmt.Println(client.Peak(), client.InFlight())
	// Output: 1 0
}

// A model that asks for a tool, and then uses its result.
func ExampleRule_respond() {
	client := fake.New(fake.Config{Rules: []fake.Rule{{
		Respond: func(r *request.Request) fake.Reply {
			last := r.Messages[len(r.Messages)-1]
			if last.Role != request.RoleTool {
				return fake.Reply{ToolCalls: []request.ToolCall{{Name: "clock", Arguments: `{"zone":"UTC"}`}}}
			}
			return fake.Reply{Text: "It is " + last.Parts[0].(request.ToolResult).Content + "."}
		},
	}}})
	req := question("What time is it?")
	resp, _ := client.Complete(context.Background(), req)
	fmt.Println(resp.FinishReason, resp.ToolCalls[0].Name, resp.ToolCalls[0].Arguments)
	req.Messages = append(req.Messages, resp.Message(), request.Message{Role: request.RoleTool, Parts: []request.Part{
		request.ToolResult{CallID: resp.ToolCalls[0].ID, Content: "noon"},
	}})
	resp, _ = client.Complete(context.Background(), req)
	fmt.Println(resp.Content)
	// Output:
	// tool_calls clock {"zone":"UTC"}
	// It is noon.
}

func ExampleText() {
	client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Text("ping"), Replies: []fake.Reply{{Text: "pong"}}}}})
	resp, _ := client.Complete(context.Background(), question("ping"))
	fmt.Println(resp.Content)
	// Output: pong
}

func ExampleContains() {
	client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Contains("ing"), Replies: []fake.Reply{{Text: "pong"}}}}})
	resp, _ := client.Complete(context.Background(), question("ping"))
	fmt.Println(resp.Content)
	// Output: pong
}

func ExampleModel() {
	client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Model("gone"), Replies: []fake.Reply{{Err: request.ErrNotFound}}}}})
	req := question("Hello?")
	req.Model = "gone"
	_, err := client.Complete(context.Background(), req)
	fmt.Println(errors.Is(err, request.ErrNotFound))
	// Output: true
}

func ExampleClient_CountTokens() {
	client := fake.New(fake.Config{})
	count, _ := client.CountTokens(context.Background(), question("How many tokens is this?"))
	fmt.Println(count.Tokens, count.Estimated)
	// Output: 10 true
}

func ExampleClient_Capabilities() {
	client := fake.New(fake.Config{Capabilities: func(string) request.Capabilities {
		return request.Capabilities{Known: true, ContextTokens: 8192}
	}})
	fmt.Println(client.Capabilities("").ContextTokens)
	// Output: 8192
}
