package openai

import "github.com/seed63918563/llmgate/request"

// AppendResponse appends a response as a Chat Completions body, so that tools made for OpenAI's answers can read those of
// every provider. What came from another dialect is translated: the finish reason to OpenAI's word, usage to totals.
func AppendResponse(dst []byte, resp *request.Response) []byte {
	w := encoder{buf: append(dst, '{')}
	w.text("id", resp.ID)
	w.text("object", "chat.completion")
	w.key("created")
	w.int(max(0, resp.Created.Unix()))
	w.text("model", resp.Model)
	w.raw(`,"choices":[{"index":0,"message":{"role":"assistant"`)
	w.key("content")
	if resp.Content == "" && (len(resp.ToolCalls) > 0 || resp.Refusal != "") {
		w.raw("null")
	} else {
		w.string(resp.Content)
	}
	w.key("refusal")
	if resp.Refusal == "" {
		w.raw("null")
	} else {
		w.string(resp.Refusal)
	}
	if resp.Reasoning != "" {
		w.text("reasoning_content", resp.Reasoning)
	}
	if len(resp.ToolCalls) > 0 {
		w.key("tool_calls")
		w.raw(`[`)
		for i := range resp.ToolCalls {
			w.toolCall(&resp.ToolCalls[i])
		}
		w.raw(`]`)
	}
	w.raw(`},"logprobs":null`)
	w.text("finish_reason", wireFinishReason(resp))
	w.raw(`}]`)
	w.usage(&resp.Usage)
	if resp.ServiceTier != "" {
		w.text("service_tier", resp.ServiceTier)
	}
	return append(w.buf, '}')
}

func wireFinishReason(resp *request.Response) string {
	switch resp.FinishReason {
	case request.FinishContentPolicy:
		return "content_filter"
	case request.FinishStop, request.FinishLength, request.FinishToolCalls:
		return string(resp.FinishReason)
	}
	return orDefault(resp.RawFinishReason, "stop")
}

// usage writes the counts as the dialect has them, and the exact cost where it is known.
func (e *encoder) usage(u *request.Usage) {
	e.key("usage")
	e.raw(`{"prompt_tokens":`)
	e.int(int64(u.PromptTokens()))
	e.raw(`,"completion_tokens":`)
	e.int(int64(u.OutputTokens))
	e.raw(`,"total_tokens":`)
	e.int(int64(u.TotalTokens()))
	e.raw(`,"prompt_tokens_details":{"cached_tokens":`)
	e.int(int64(u.CacheReadTokens))
	if written := u.CacheWrite5mTokens + u.CacheWrite1hTokens; written > 0 {
		e.raw(`,"cache_write_tokens":`)
		e.int(int64(written))
	}
	e.raw(`},"completion_tokens_details":{"reasoning_tokens":`)
	e.int(int64(u.ReasoningTokens))
	e.raw(`}`)
	if u.Priced {
		e.key("cost")
		cost, _ := u.Cost.MarshalJSON()
		e.buf = append(e.buf, cost...)
	}
	if u.Estimated {
		e.raw(`,"estimated":true`)
	}
	e.raw(`}`)
}
