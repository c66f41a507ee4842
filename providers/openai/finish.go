package openai

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Complete fills in the response. It may be called on an answer that broke off.
func (a *chat) Complete() {
	a.Fill()
	a.Response.FinishReason = finishReason(a.Response)
}

// finishReason normalises the reasons of all compatible servers. A refusal and tool calls count for more than the word:
// with a named tool choice OpenAI itself says "stop".
func finishReason(resp *request.Response) request.FinishReason {
	raw := strings.ToLower(resp.RawFinishReason)
	if resp.Refusal != "" {
		return request.FinishContentPolicy
	}
	switch raw {
	case "", "stop", "tool_calls", "function_call", "eos", "end", "end_turn", "stop_sequence", "complete":
		switch {
		case len(resp.ToolCalls) > 0:
			return request.FinishToolCalls
		case raw == "" || raw == "tool_calls" || raw == "function_call":
			return request.FinishOther
		}
		return request.FinishStop
	case "length", "max_tokens", "model_length", "model_context_window_exceeded":
		return request.FinishLength
	case "error", "insufficient_system_resource", "network_error", "abort", "aborted":
		return request.FinishError
	case "sensitive", "refusal", "safety":
		return request.FinishContentPolicy
	}
	if strings.HasPrefix(raw, "content_filter") {
		return request.FinishContentPolicy
	}
	return request.FinishOther
}
