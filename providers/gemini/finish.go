package gemini

import "github.com/seed63918563/llmgate/request"

// Complete fills in the response. It may be called on an answer that broke off.
func (a *generation) Complete() {
	a.Fill()
	a.Response.FinishReason = a.finishReason()
}

// finishReason normalises the API's. A reason that stands for nothing in particular is a failure if there is no content.
func (a *generation) finishReason() request.FinishReason {
	resp := a.Response
	if a.blocked {
		return request.FinishContentPolicy
	}
	switch resp.RawFinishReason {
	case "", "STOP":
		switch {
		case len(resp.ToolCalls) > 0:
			return request.FinishToolCalls
		case resp.RawFinishReason == "":
			return request.FinishOther
		}
		return request.FinishStop
	case "MAX_TOKENS":
		return request.FinishLength
	case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
		"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
		return request.FinishContentPolicy
	case "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
		"MISSING_THOUGHT_SIGNATURE", "NO_IMAGE":
		return request.FinishError
	}
	if len(resp.Parts) == 0 {
		return request.FinishError
	}
	return request.FinishOther
}
