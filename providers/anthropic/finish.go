package anthropic

import "github.com/seed63918563/llmgate/request"

// Complete fills in the response. It may be called on an answer that broke off: then the prompt's counts are the
// provider's, and that of the answer is a guess.
func (a *message) Complete() {
	a.Fill()
	resp := a.Response
	switch guess := resp.Usage; {
	case !a.counts.seen:
	case a.Counted:
		resp.Usage = a.counts.usage()
	default:
		resp.Usage = a.counts.usage()
		resp.Usage.OutputTokens = max(resp.Usage.OutputTokens, guess.OutputTokens)
		resp.Usage.Reported, resp.Usage.Estimated = false, true
	}
	resp.FinishReason = finishReason(resp)
}

// finishReason normalises the stop reason. pause_turn stays other: the answer goes on when it is sent back.
func finishReason(resp *request.Response) request.FinishReason {
	switch resp.RawFinishReason {
	case "refusal":
		return request.FinishContentPolicy
	case "max_tokens", "model_context_window_exceeded":
		return request.FinishLength
	case "end_turn", "stop_sequence", "tool_use":
		if len(resp.ToolCalls) > 0 {
			return request.FinishToolCalls
		}
		return request.FinishStop
	}
	return request.FinishOther
}
