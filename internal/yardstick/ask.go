package yardstick

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// What is asked in every dialect.
const (
	System = "You are a helpful assistant."
	Prompt = "Why is the sky blue? Answer in about two hundred words, for a curious child of ten."
)

// Request asks it of a model.
func Request(model string) request.Request {
	return request.Request{
		Model: model, MaxTokens: 300, Temperature: new(0.7),
		Messages: []request.Message{{Role: request.RoleSystem, Content: System}, {Role: request.RoleUser, Content: Prompt}},
	}
}

// Text is what a whole answer says: 1 KB, as JSON.
func Text() string {
	text, _ := json.Marshal(strings.Repeat("The quick brown fox jumps over the lazy dog, twice.\n", 20))
	return string(text)
}

// Words is what a streamed answer says, piece by piece.
func Words() (words []string) {
	for i := range 100 {
		words = append(words, fmt.Sprintf(" word%d", i))
	}
	return words
}

// Chat is the answer in the dialect of OpenAI's Chat Completions, in which several clients are measured.
func Chat() Answer {
	const (
		head = `"created":1777000000,"model":"gpt-5-mini-2025-08-07","service_tier":"default","system_fingerprint":null,`
		none = `"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,` +
			`"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`
	)
	whole := `{"id":"chatcmpl-ABC123","object":"chat.completion",` + head +
		`"choices":[{"index":0,"message":{"role":"assistant","content":` + Text() + `,"refusal":null,"annotations":[]},` +
		`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":220,"total_tokens":241,` + none + `}`
	event := func(fields string) string {
		return `data: {"id":"chatcmpl-ABC123","object":"chat.completion.chunk",` + head + fields + "}\n\n"
	}
	events := []string{event(`"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null`)}
	for _, word := range Words() {
		events = append(events, event(`"choices":[{"index":0,"delta":{"content":"`+word+`"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x7Q"`))
	}
	return Answer{Whole: whole, Events: append(events,
		event(`"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null`),
		event(`"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":100,"total_tokens":121,`+none),
		"data: [DONE]\n\n")}
}
