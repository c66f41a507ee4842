package openai_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
)

const benchResponseHead = `{"id":"resp_ABC123","object":"response","created_at":1777000000,"background":false,"error":null,"incomplete_details":null,` +
	`"instructions":null,"max_output_tokens":300,"model":"gpt-5-mini-2025-08-07","parallel_tool_calls":true,"previous_response_id":null,` +
	`"reasoning":{"effort":null,"summary":null},"service_tier":"default","store":false,"temperature":0.7,"text":{"format":{"type":"text"},"verbosity":"medium"},` +
	`"tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","user":null,"metadata":{},`

const benchResponseUsage = `"usage":{"input_tokens":21,"input_tokens_details":{"cached_tokens":0},"output_tokens":220,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":241}}`

func benchMessage(content string) string {
	return `{"id":"msg_ABC123","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":` + content + `}],"role":"assistant"}`
}

func benchResponse() string {
	return benchResponseHead + `"status":"completed","output":[` + benchMessage(yardstick.Text()) + `],` + benchResponseUsage
}

func benchResponseEvents() []string {
	n := 0
	event := func(kind, fields string) string {
		n++
		return fmt.Sprintf("event: %[1]s\ndata: {\"type\":\"%[1]s\",\"sequence_number\":%d,%s}\n\n", kind, n, fields)
	}
	started := `"response":` + benchResponseHead + `"status":"in_progress","output":[],"usage":null}`
	all := []string{
		event("response.created", started), event("response.in_progress", started),
		event("response.output_item.added", `"output_index":0,"item":{"id":"msg_ABC123","type":"message","status":"in_progress","content":[],"role":"assistant"}`),
	}
	for _, word := range yardstick.Words() {
		all = append(all, event("response.output_text.delta", `"item_id":"msg_ABC123","output_index":0,"content_index":0,"delta":"`+word+`","logprobs":[],"obfuscation":"x7Q"`))
	}
	text := `"` + strings.Join(yardstick.Words(), "") + `"`
	message := benchMessage(text)
	return append(all,
		event("response.output_text.done", `"item_id":"msg_ABC123","output_index":0,"content_index":0,"logprobs":[],"text":`+text),
		event("response.output_item.done", `"output_index":0,"item":`+message),
		event("response.completed", `"response":`+benchResponseHead+`"status":"completed","output":[`+message+`],`+benchResponseUsage))
}

// The hand-written client of the Responses API.
type (
	rawMessage struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	rawResponsesRequest struct {
		Model       string       `json:"model"`
		Input       []rawMessage `json:"input"`
		MaxTokens   int          `json:"max_output_tokens"`
		Temperature float64      `json:"temperature"`
		Store       bool         `json:"store"`
		Stream      bool         `json:"stream,omitempty"`
	}
	rawItem struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	}
	rawAnswer struct {
		ID     string    `json:"id"`
		Model  string    `json:"model"`
		Output []rawItem `json:"output"`
		Usage  *struct {
			InputTokens  int `json:"input_tokens"`
			OutputTokens int `json:"output_tokens"`
		} `json:"usage"`
	}
	rawEvent struct {
		Type     string     `json:"type"`
		Delta    string     `json:"delta"`
		Response *rawAnswer `json:"response"`
	}
)

func rawResponses(stream bool) *rawResponsesRequest {
	return &rawResponsesRequest{Model: benchModel, MaxTokens: 300, Temperature: 0.7, Stream: stream,
		Input: []rawMessage{{"developer", yardstick.System}, {"user", yardstick.Prompt}}}
}

func BenchmarkResponsesComplete(b *testing.B) {
	ours, base, header := benchClients(b, openai.Responses)
	yardstick.Compare(b, base+"/responses", header, yardstick.RawComplete(
		func() any { return rawResponses(false) }, func(a *rawAnswer) string { return a.Output[0].Content[0].Text }), yardstick.Completing(ours, benchModel))
}

func BenchmarkResponsesStream100(b *testing.B) {
	ours, base, header := benchClients(b, openai.Responses)
	yardstick.Compare(b, base+"/responses", header, yardstick.RawStream(
		func() any { return rawResponses(true) }, func(e *rawEvent) string { return e.Delta }), yardstick.Streaming(ours, benchModel))
}
