package main

import (
	"net/http"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// server is what all ask. Its limits, which it tells as each vendor does, are not to be reached.
func server() yardstick.Server {
	chat, claude := yardstick.Chat(), messages()
	chat.Header = http.Header{
		"X-Request-Id":               {"req_0123456789"},
		"X-Ratelimit-Limit-Requests": {"90000000"}, "X-Ratelimit-Remaining-Requests": {"89999000"}, "X-Ratelimit-Reset-Requests": {"1ms"},
		"X-Ratelimit-Limit-Tokens": {"90000000000"}, "X-Ratelimit-Remaining-Tokens": {"89999000000"}, "X-Ratelimit-Reset-Tokens": {"1ms"},
	}
	claude.Header = http.Header{"Request-Id": {"req_0123456789"}}
	for _, what := range []string{"Requests", "Input-Tokens", "Output-Tokens"} {
		claude.Header.Set("Anthropic-Ratelimit-"+what+"-Limit", "90000000000")
		claude.Header.Set("Anthropic-Ratelimit-"+what+"-Remaining", "89999000000")
		claude.Header.Set("Anthropic-Ratelimit-"+what+"-Reset", "2026-11-25T07:00:00Z")
	}
	return yardstick.Server{Answers: map[string]yardstick.Answer{"/v1/chat/completions": chat, "/v1/messages": claude}}
}
