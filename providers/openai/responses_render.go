package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// AppendResponsesResponse is AppendResponse for tools made for the Responses API. Opaque parts are left out.
func AppendResponsesResponse(dst []byte, resp *request.Response) []byte {
	w := &jsontext.Writer{B: append(dst, '{')}
	w.Text("id", resp.ID)
	w.Text("object", "response")
	w.Key("created_at")
	w.Int(max(0, resp.Created.Unix()))
	status, why := responsesStatus(resp)
	w.Text("status", status)
	w.Raw(`,"error":null,"incomplete_details":`)
	if why == "" {
		w.Raw("null")
	} else {
		w.Raw("{")
		w.Text("reason", why)
		w.Raw("}")
	}
	w.Text("model", resp.Model)
	w.Raw(`,"output":[`)
	writeOutput(w, resp, status)
	w.Raw("]")
	writeResponsesUsage(w, &resp.Usage)
	w.TextIf("service_tier", resp.ServiceTier)
	return append(w.B, '}')
}

// responsesStatus is how an answer ended in the API's words. A refusal is whole.
func responsesStatus(resp *request.Response) (status, why string) {
	switch {
	case resp.FinishReason == request.FinishLength:
		return "incomplete", "max_output_tokens"
	case resp.FinishReason == request.FinishContentPolicy && resp.Refusal == "":
		return "incomplete", "content_filter"
	}
	return "completed", ""
}

// writeOutput writes the items: reasoning, what is said, and calls. Their IDs, which no other vendor has, are made of the answer's.
func writeOutput(w *jsontext.Writer, resp *request.Response, status string) {
	item := func(kind, prefix string) {
		w.Comma()
		w.Raw("{")
		w.Text("id", prefix+resp.ID)
		w.Text("type", kind)
	}
	if resp.Reasoning != "" {
		item("reasoning", "rs_")
		w.Raw(`,"summary":[{"type":"summary_text"`)
		w.Text("text", resp.Reasoning)
		w.Raw("}]}")
	}
	if resp.Content != "" || resp.Refusal != "" || len(resp.ToolCalls) == 0 {
		item("message", "msg_")
		w.Text("status", status)
		w.Raw(`,"role":"assistant","content":[`)
		writeSaid(w, resp)
		w.Raw("]}")
	}
	for i := range resp.ToolCalls {
		call := &resp.ToolCalls[i]
		item("function_call", "fc_"+call.ID+"_")
		w.Text("status", status)
		w.Text("call_id", call.ID)
		w.Text("name", call.Name)
		w.Text("arguments", cmp.Or(call.Arguments, "{}"))
		w.Raw("}")
	}
}

func writeSaid(w *jsontext.Writer, resp *request.Response) {
	if resp.Content != "" || resp.Refusal == "" {
		w.Raw(`{"type":"output_text"`)
		w.Text("text", resp.Content)
		w.Raw(`,"annotations":[]}`)
	}
	if resp.Refusal != "" {
		w.Comma()
		w.Raw(`{"type":"refusal"`)
		w.Text("refusal", resp.Refusal)
		w.Raw("}")
	}
}

func writeResponsesUsage(w *jsontext.Writer, u *request.Usage) {
	w.Key("usage")
	w.Raw(`{"input_tokens":`)
	w.Int(int64(u.PromptTokens()))
	w.Raw(`,"input_tokens_details":`)
	writePromptDetails(w, u)
	w.Raw(`,"output_tokens":`)
	w.Int(int64(u.OutputTokens))
	w.Raw(`,"output_tokens_details":{"reasoning_tokens":`)
	w.Int(int64(u.ReasoningTokens))
	w.Raw(`},"total_tokens":`)
	w.Int(int64(u.TotalTokens()))
	writeCost(w, u)
	w.Raw("}")
}
