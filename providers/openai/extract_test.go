package openai_test

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/request"
)

// summary is what an exchange comes to, for comparing.
type summary struct {
	ID, Model, Content, Reasoning, Finish string
	Calls                                 []callSummary
	Signatures, Encrypted                 []string
	Prompt, Output, ReasoningTokens, Read int
}

type callSummary struct{ ID, Name, Arguments string }

func summarise(r *request.Response) summary {
	s := summary{
		ID: r.ID, Model: r.Model, Content: r.Content, Reasoning: r.Reasoning, Finish: r.RawFinishReason,
		Prompt: r.Usage.PromptTokens(), Output: r.Usage.OutputTokens, ReasoningTokens: r.Usage.ReasoningTokens, Read: r.Usage.CacheReadTokens,
	}
	for _, c := range r.ToolCalls {
		s.Calls = append(s.Calls, callSummary{c.ID, c.Name, c.Arguments})
	}
	for _, p := range r.Parts {
		if part, ok := p.(request.ReasoningPart); ok {
			if part.Signature != "" {
				s.Signatures = append(s.Signatures, part.Signature)
			}
			if part.Encrypted != "" {
				s.Encrypted = append(s.Encrypted, part.Encrypted)
			}
		}
	}
	return s
}

type object = recorded.Object

// extract reads a recorded body with encoding/json alone, without the client's code.
func extract(t *testing.T, x *recorded.Exchange) summary {
	t.Helper()
	var s summary
	var plain, detailed string
	byIndex := map[int]*callSummary{}
	for _, doc := range x.Documents() {
		o := recorded.Parse(t, doc)
		s.ID, s.Model = cmp.Or(s.ID, recorded.Text(o, "id")), cmp.Or(s.Model, recorded.Text(o, "model"))
		for _, c := range recorded.List(o, "choices") {
			choice := c.(object)
			if reason, ok := choice["finish_reason"].(string); ok && reason != "" {
				s.Finish = reason
			}
			m, ok := choice["message"].(object)
			if !ok {
				m, _ = choice["delta"].(object)
			}
			s.take(m, byIndex, &plain, &detailed)
		}
		s.count(o["usage"])
	}
	if s.Reasoning = plain; detailed != "" {
		s.Reasoning = detailed
	}
	for _, i := range slices.Sorted(maps.Keys(byIndex)) {
		s.Calls = append(s.Calls, *byIndex[i])
	}
	return s
}

func (s *summary) take(m object, byIndex map[int]*callSummary, plain, detailed *string) {
	s.Content += recorded.Text(m, "content")
	*plain += cmp.Or(recorded.Text(m, "reasoning_content"), recorded.Text(m, "reasoning"))
	for _, d := range recorded.List(m, "reasoning_details") {
		detail := d.(object)
		*detailed += recorded.Text(detail, "text") + recorded.Text(detail, "summary")
		if v := recorded.Text(detail, "signature"); v != "" {
			s.Signatures = append(s.Signatures, v)
		}
		if v := recorded.Text(detail, "data"); v != "" {
			s.Encrypted = append(s.Encrypted, v)
		}
	}
	for i, c := range recorded.List(m, "tool_calls") {
		call := c.(object)
		if n, ok := call["index"].(float64); ok {
			i = int(n)
		}
		if byIndex[i] == nil {
			byIndex[i] = new(callSummary)
		}
		f, _ := call["function"].(object)
		byIndex[i].ID, byIndex[i].Name = cmp.Or(byIndex[i].ID, recorded.Text(call, "id")), cmp.Or(byIndex[i].Name, recorded.Text(f, "name"))
		byIndex[i].Arguments += recorded.Text(f, "arguments")
	}
}

func (s *summary) count(v any) {
	u, ok := v.(object)
	if !ok {
		return
	}
	s.Prompt, s.Output = recorded.Number(u, "prompt_tokens"), recorded.Number(u, "completion_tokens")
	s.ReasoningTokens = recorded.Number(u, "completion_tokens_details", "reasoning_tokens")
	s.Read = recorded.Number(u, "prompt_tokens_details", "cached_tokens")
	// xAI counts reasoning beside the completion and in the total; Gemini behind a gateway counts it in neither.
	if total := recorded.Number(u, "total_tokens"); total == s.Prompt+s.Output+s.ReasoningTokens || s.ReasoningTokens > s.Output {
		s.Output += s.ReasoningTokens
	}
}

// meaning reads a request body and takes out what makes no difference: fields that only repeat another or a default.
func meaning(t *testing.T, body []byte) object {
	t.Helper()
	o := recorded.Parse(t, body)
	if v, ok := o["max_completion_tokens"]; ok {
		delete(o, "max_completion_tokens")
		o["max_tokens"] = v
	}
	delete(o, "stream_options")
	for _, v := range recorded.List(o, "tools") {
		f := v.(object)["function"].(object)
		if f["strict"] == false {
			delete(f, "strict")
		}
	}
	for _, v := range recorded.List(o, "messages") {
		plainMessage(v.(object))
	}
	return o
}

func plainMessage(m object) {
	if _, ok := m["reasoning_details"]; ok {
		delete(m, "reasoning") // says the same
		details := slices.DeleteFunc(recorded.List(m, "reasoning_details"), func(d any) bool {
			delete(d.(object), "index")
			_, text := d.(object)["text"]
			_, summary := d.(object)["summary"]
			_, data := d.(object)["data"]
			return !text && !summary && !data
		})
		if m["reasoning_details"] = details; len(details) == 0 {
			delete(m, "reasoning_details")
		}
	}
	if m["content"] == nil {
		delete(m, "content")
	}
	if mark, ok := m["cache_control"]; ok && m["role"] != "tool" { // the last part may carry it as well
		delete(m, "cache_control")
		m["content"] = []any{object{"type": "text", "text": m["content"], "cache_control": mark}}
	}
	for _, p := range recorded.List(m, "content") {
		if image, ok := p.(object)["image_url"].(object); ok && image["detail"] == "auto" {
			delete(image, "detail")
		}
	}
}
