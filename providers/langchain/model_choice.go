package langchain

import (
	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// choiceFrom writes an answer in langchaingo's words, with the counts under the names that its packages use.
func choiceFrom(resp *request.Response, warnings []request.Warning) *llms.ContentChoice {
	u := resp.Usage
	choice := &llms.ContentChoice{
		Content: resp.Content, ReasoningContent: resp.Reasoning, StopReason: string(resp.FinishReason),
		GenerationInfo: map[string]any{
			"PromptTokens":              u.PromptTokens(),
			"CompletionTokens":          u.OutputTokens,
			"TotalTokens":               u.TotalTokens(),
			"InputTokens":               u.InputTokens,
			"OutputTokens":              u.OutputTokens,
			"PromptCachedTokens":        u.CacheReadTokens,
			"CacheReadInputTokens":      u.CacheReadTokens,
			"CacheCreationInputTokens":  u.CacheWrite5mTokens + u.CacheWrite1hTokens,
			"ReasoningTokens":           u.ReasoningTokens,
			"CompletionReasoningTokens": u.ReasoningTokens,
			"ThinkingTokens":            u.ReasoningTokens,
			"PromptAudioTokens":         u.AudioInputTokens,
			"CompletionAudioTokens":     u.AudioOutputTokens,
			"ThinkingContent":           resp.Reasoning,
			"Provider":                  resp.Provider,
			"Model":                     resp.Model,
			"RequestID":                 resp.RequestID,
			"RawFinishReason":           resp.RawFinishReason,
		},
	}
	if u.Priced {
		choice.GenerationInfo["CostUSD"] = u.CostUSD
	}
	if u.Estimated {
		choice.GenerationInfo["TokensEstimated"] = true
	}
	if all := append(warnings, resp.Warnings...); len(all) > 0 {
		choice.GenerationInfo["Warnings"] = all
	}
	for _, call := range resp.ToolCalls {
		choice.ToolCalls = append(choice.ToolCalls, llms.ToolCall{
			ID: call.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: call.Name, Arguments: call.Arguments},
		})
	}
	if len(choice.ToolCalls) > 0 {
		choice.FuncCall = choice.ToolCalls[0].FunctionCall
	}
	return choice
}
