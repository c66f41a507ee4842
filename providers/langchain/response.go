package langchain

import (
	"strconv"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// response reads langchaingo's answer. Its choices are read as parts of one answer, in order: that is what they are where an
// answer has blocks, and more than one candidate is never asked for.
func (c *call) response(answer *llms.ContentResponse, seen *sighting) (*request.Response, error) {
	resp := &request.Response{
		Provider: c.adapter.cfg.Provider, Model: c.model, RequestID: seen.requestID, Limits: seen.limits, Warnings: c.warnings,
	}
	var parts request.Assembler
	for _, choice := range answer.Choices {
		if choice == nil {
			continue
		}
		takeChoice(&parts, choice)
		if resp.RawFinishReason == "" {
			resp.RawFinishReason = choice.StopReason
		}
		if !resp.Usage.Reported {
			resp.Usage = usageOf(choice.GenerationInfo)
		}
	}
	parts.Fill(resp)
	c.identify(resp)
	if !resp.Usage.Reported {
		resp.Usage = request.Usage{InputTokens: tokens.Request(c.req), OutputTokens: tokens.Response(resp), Estimated: true}
	}
	c.adapter.frame.Price(resp, c.req, c.model)
	resp.FinishReason = finishReason(resp)
	return c.judge(resp)
}

func takeChoice(parts *request.Assembler, choice *llms.ContentChoice) {
	info := choice.GenerationInfo
	reasoning := choice.ReasoningContent
	if thought, _ := info["ThinkingContent"].(string); reasoning == "" && choice.Content == "" {
		reasoning = thought // with content it is a copy of a piece of that
	}
	parts.Reason([]byte(reasoning))
	if signature, _ := info["ThinkingSignature"].(string); signature != "" {
		parts.OpenReasoning().Signature = signature
	}
	parts.Text([]byte(choice.Content))
	for _, call := range choice.ToolCalls {
		if call.FunctionCall != nil {
			parts.Part(request.ToolCall{ID: call.ID, Name: call.FunctionCall.Name, Arguments: call.FunctionCall.Arguments})
		}
	}
	if f := choice.FuncCall; f != nil && len(choice.ToolCalls) == 0 {
		parts.Part(request.ToolCall{Name: f.Name, Arguments: f.Arguments})
	}
}

// identify gathers the tool calls and gives an ID to those that a package left without one: a result has to name its call.
func (c *call) identify(resp *request.Response) {
	for i, p := range resp.Parts {
		call, ok := p.(request.ToolCall)
		if !ok {
			continue
		}
		if call.ID == "" {
			call.ID = "call_" + strconv.Itoa(len(resp.ToolCalls))
			resp.Parts[i] = call
		}
		resp.ToolCalls = append(resp.ToolCalls, call)
	}
}

// judge returns the answer, or the error that it is.
func (c *call) judge(resp *request.Response) (*request.Response, error) {
	e := &request.Error{
		Provider: resp.Provider, Model: resp.Model, RequestID: resp.RequestID, Limits: resp.Limits, MaybeBilled: true, Partial: resp,
	}
	switch {
	case resp.FinishReason == request.FinishContentPolicy:
		e.Class, e.Message = request.ClassContentPolicy, "the answer was withheld by a content filter"
	case resp.FinishReason == request.FinishError:
		e.Class, e.Message = request.ClassTransient, "the provider gave up on the answer: finish reason "+resp.RawFinishReason
	case resp.RawFinishReason == "" && c.adapter.takes.givesReason:
		e.Class, e.Message = request.ClassTruncated, "the answer has no finish reason: it broke off, and langchaingo did not say so"
	case resp.RawFinishReason == "" && len(resp.Parts) == 0:
		e.Class, e.Message = request.ClassTruncated, "the answer has neither content nor a finish reason"
	default:
		return resp, nil
	}
	return nil, e
}
