package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// AppendResponse appends a response as a Chat Completions body, so that tools made for OpenAI's answers can read those of
// every provider. What came from another dialect is translated: the finish reason to OpenAI's word, usage to totals.
func AppendResponse(dst []byte, resp *request.Response) []byte {
	w := &jsontext.Writer{B: append(dst, '{')}
	w.Text("id", resp.ID)
	w.Text("object", "chat.completion")
	w.Key("created")
	w.Int(max(0, resp.Created.Unix()))
	w.Text("model", resp.Model)
	w.Raw(`,"choices":[{"index":0,"message":{"role":"assistant"`)
	w.Key("content")
	if resp.Content == "" && (len(resp.ToolCalls) > 0 || resp.Refusal != "") {
		w.Raw("null")
	} else {
		w.String(resp.Content)
	}
	w.Key("refusal")
	if resp.Refusal == "" {
		w.Raw("null")
	} else {
		w.String(resp.Refusal)
	}
	w.TextIf("reasoning_content", resp.Reasoning)
	if len(resp.ToolCalls) > 0 {
		w.Key("tool_calls")
		w.Raw("[")
		for i := range resp.ToolCalls {
			writeToolCall(w, &resp.ToolCalls[i])
		}
		w.Raw("]")
	}
	w.Raw(`},"logprobs":null`)
	w.Text("finish_reason", wireFinishReason(resp))
	w.Raw(`}]`)
	writeUsage(w, &resp.Usage)
	w.TextIf("service_tier", resp.ServiceTier)
	return append(w.B, '}')
}

func wireFinishReason(resp *request.Response) string {
	switch resp.FinishReason {
	case request.FinishContentPolicy:
		return "content_filter"
	case request.FinishStop, request.FinishLength, request.FinishToolCalls:
		return string(resp.FinishReason)
	}
	return cmp.Or(resp.RawFinishReason, "stop")
}

// writeUsage writes the counts as the dialect has them, and the exact cost where it is known.
func writeUsage(w *jsontext.Writer, u *request.Usage) {
	w.Key("usage")
	w.Raw(`{"prompt_tokens":`)
	w.Int(int64(u.PromptTokens()))
	w.Raw(`,"completion_tokens":`)
	w.Int(int64(u.OutputTokens))
	w.Raw(`,"total_tokens":`)
	w.Int(int64(u.TotalTokens()))
	w.Raw(`,"prompt_tokens_details":`)
	writePromptDetails(w, u)
	w.Raw(`,"completion_tokens_details":{"reasoning_tokens":`)
	w.Int(int64(u.ReasoningTokens))
	w.Raw("}")
	writeCost(w, u)
	w.Raw("}")
}

func writePromptDetails(w *jsontext.Writer, u *request.Usage) {
	w.Raw(`{"cached_tokens":`)
	w.Int(int64(u.CacheReadTokens))
	if written := u.CacheWrite5mTokens + u.CacheWrite1hTokens; written > 0 {
		w.Raw(`,"cache_write_tokens":`)
		w.Int(int64(written))
	}
	w.Raw("}")
}

// writeCost adds what the vendor does not say to a usage.
func writeCost(w *jsontext.Writer, u *request.Usage) {
	if u.Priced {
		w.Key("cost")
		cost, _ := u.Cost.MarshalJSON()
		w.Value(cost)
	}
	if u.Estimated {
		w.Raw(`,"estimated":true`)
	}
}
