package anthropic_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id":"msg_1","type":"message","model":"claude-sonnet-4-5","content":[{"type":"text","text":"330 m."}],"stop_reason":"end_turn","usage":{"input_tokens":12,"output_tokens":5}}`)
	}))
	defer server.Close()

	client, err := anthropic.New(anthropic.Config{APIKey: "sk-ant-key", Model: "claude-sonnet-4-5", BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Complete(context.Background(), request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: "How tall is the Eiffel Tower?"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Content, resp.FinishReason, resp.Usage.TotalTokens())
	// Output: 330 m. stop 17
}

func ExampleParseRequest() {
	req, err := anthropic.ParseRequest([]byte(`{"model":"claude-sonnet-4-5","max_tokens":100,"system":"Be brief.","messages":[{"role":"user","content":"Hi"}]}`), "anthropic")
	fmt.Println(req.Model, req.MaxTokens, req.Messages, err)
	// Output: claude-sonnet-4-5 100 [{system Be brief. [] } {user Hi [] }] <nil>
}
