package openai_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

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

type object = map[string]any

// extract reads a recorded body with encoding/json alone, without the client's code.
func extract(t *testing.T, body string, streamed bool) summary {
	t.Helper()
	docs := []string{body}
	if streamed {
		docs = nil
		for line := range strings.Lines(body) {
			if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok && strings.TrimSpace(data) != "[DONE]" {
				docs = append(docs, data)
			}
		}
	}
	var s summary
	var plain, detailed string
	byIndex := map[int]*callSummary{}
	for _, doc := range docs {
		var o object
		if err := json.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatalf("%v in %s", err, doc)
		}
		s.ID, s.Model = either(s.ID, o["id"]), either(s.Model, o["model"])
		for _, c := range list(o["choices"]) {
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

func either(s string, v any) string {
	if s != "" {
		return s
	}
	s, _ = v.(string)
	return s
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func (s *summary) take(m object, byIndex map[int]*callSummary, plain, detailed *string) {
	s.Content += either("", m["content"])
	*plain += either(either("", m["reasoning_content"]), m["reasoning"])
	for _, d := range list(m["reasoning_details"]) {
		detail := d.(object)
		*detailed += either("", detail["text"]) + either("", detail["summary"])
		if v := either("", detail["signature"]); v != "" {
			s.Signatures = append(s.Signatures, v)
		}
		if v := either("", detail["data"]); v != "" {
			s.Encrypted = append(s.Encrypted, v)
		}
	}
	for i, c := range list(m["tool_calls"]) {
		call := c.(object)
		if n, ok := call["index"].(float64); ok {
			i = int(n)
		}
		if byIndex[i] == nil {
			byIndex[i] = new(callSummary)
		}
		f, _ := call["function"].(object)
		byIndex[i].ID, byIndex[i].Name = either(byIndex[i].ID, call["id"]), either(byIndex[i].Name, f["name"])
		byIndex[i].Arguments += either("", f["arguments"])
	}
}

func (s *summary) count(v any) {
	u, ok := v.(object)
	if !ok {
		return
	}
	number := func(o any, key string) int {
		fields, _ := o.(object)
		f, _ := fields[key].(float64)
		return int(f)
	}
	s.Prompt, s.Output = number(u, "prompt_tokens"), number(u, "completion_tokens")
	s.ReasoningTokens = number(u["completion_tokens_details"], "reasoning_tokens")
	s.Read = number(u["prompt_tokens_details"], "cached_tokens")
	// xAI counts reasoning beside the completion and in the total; Gemini behind a gateway counts it in neither.
	if total := number(u, "total_tokens"); total == s.Prompt+s.Output+s.ReasoningTokens || s.ReasoningTokens > s.Output {
		s.Output += s.ReasoningTokens
	}
}

// meaning reads a request body and takes out what makes no difference: fields that only repeat another or a default.
func meaning(t *testing.T, body []byte) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatal(err)
	}
	if v, ok := o["max_completion_tokens"]; ok {
		delete(o, "max_completion_tokens")
		o["max_tokens"] = v
	}
	delete(o, "stream_options")
	for _, v := range list(o["tools"]) {
		f := v.(object)["function"].(object)
		if f["strict"] == false {
			delete(f, "strict")
		}
	}
	for _, v := range list(o["messages"]) {
		plainMessage(v.(object))
	}
	return o
}

func plainMessage(m object) {
	if _, ok := m["reasoning_details"]; ok {
		delete(m, "reasoning") // says the same
		details := slices.DeleteFunc(list(m["reasoning_details"]), func(d any) bool {
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
	for _, p := range list(m["content"]) {
		if image, ok := p.(object)["image_url"].(object); ok && image["detail"] == "auto" {
			delete(image, "detail")
		}
	}
}
