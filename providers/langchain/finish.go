package langchain

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// finishReason normalises the reasons of all providers behind langchaingo. Tool calls count for more than the word: with a
// named tool choice OpenAI itself says "stop".
func finishReason(resp *request.Response) request.FinishReason {
	if resp.Refusal != "" {
		return request.FinishContentPolicy
	}
	reason := request.FinishOther
	switch word(resp.RawFinishReason) {
	case "":
	case "stop", "endturn", "stopsequence", "complete", "eos", "end", "finished", "pauseturn":
		reason = request.FinishStop
	case "toolcalls", "tooluse", "functioncall":
		reason = request.FinishToolCalls
	case "length", "maxtokens", "modellength", "modelcontextwindowexceeded", "maxlength", "load":
		reason = request.FinishLength
	case "contentfilter", "contentfiltered", "refusal", "safety", "recitation", "sensitive", "prohibitedcontent", "blocklist", "spii",
		"guardrailintervened":
		reason = request.FinishContentPolicy
	case "error":
		reason = request.FinishError
	}
	if len(resp.ToolCalls) > 0 && (reason == request.FinishStop || reason == request.FinishOther) {
		return request.FinishToolCalls
	}
	return reason
}

// word takes off what the providers write differently: case, underscores, and the prefix of Google's names.
func word(raw string) string {
	raw = strings.ToLower(strings.ReplaceAll(raw, "_", ""))
	return strings.TrimPrefix(raw, "finishreason")
}
