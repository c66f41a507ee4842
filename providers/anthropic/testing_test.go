package anthropic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

const testKey = "sk-ant-test-0123456789"

func clientOver(t testing.TB, transport http.RoundTripper, change func(*anthropic.Config)) *anthropic.Client {
	t.Helper()
	return canned.Open(t, anthropic.New, anthropic.Config{APIKey: testKey, Model: "claude-sonnet-4-5", Transport: transport}, change)
}

// tested is this dialect.
var tested = canned.Dialect{
	Provider: "anthropic", Model: "claude-sonnet-4-5", Key: testKey,
	Open: func(t testing.TB, transport http.RoundTripper, baseURL string) request.Client {
		return clientOver(t, transport, func(c *anthropic.Config) { c.BaseURL = baseURL })
	},
	Counts: true, RequestID: "Request-Id",
	Limited: http.Header{"Anthropic-Ratelimit-Requests-Limit": {"60"}, "Anthropic-Ratelimit-Requests-Remaining": {"0"}},
	Whole:   whole(`{"type":"text","text":"a"}`, `"end_turn"`), Stream: textStream,
}

// whole makes a message out of its blocks.
func whole(blocks, stop string) string {
	return `{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[` + blocks + `],"stop_reason":` + stop +
		`,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":2}}`
}

// events makes a stream out of the data of its events, which name their type first.
func events(data ...string) string {
	var b strings.Builder
	for _, d := range data {
		kind, _, _ := strings.Cut(strings.TrimPrefix(d, `{"type":"`), `"`)
		b.WriteString("event: " + kind + "\ndata: " + d + "\n\n")
	}
	return b.String()
}

const (
	messageStart = `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_read_input_tokens":3,"output_tokens":1,"service_tier":"standard"}}}`
	messageStop  = `{"type":"message_stop"}`
)

func messageDelta(stop string) string {
	return `{"type":"message_delta","delta":{"stop_reason":"` + stop + `","stop_sequence":null},"usage":{"output_tokens":2}}`
}

// streamed makes a stream that stops for a reason out of the events of its blocks.
func streamed(stop string, blocks ...string) string {
	all := append([]string{messageStart, `{"type":"ping"}`}, blocks...)
	return events(append(all, messageDelta(stop), messageStop)...)
}
