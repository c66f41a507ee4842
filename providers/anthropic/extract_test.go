package anthropic_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// summary is what an exchange comes to, for comparing.
type summary struct {
	ID, Model, Content, Reasoning, Finish string
	Calls                                 []callSummary
	Signatures, Redacted, Opaque          []string
	Citations                             int
	Input, Read, Write5m, Write1h, Output int
	Searches                              int
}

type callSummary struct {
	ID, Name string
	Input    any
}

func summarise(t *testing.T, r *request.Response) summary {
	t.Helper()
	u := r.Usage
	if !u.Reported {
		t.Errorf("usage %+v", u)
	}
	s := summary{
		ID: r.ID, Model: r.Model, Content: r.Content, Reasoning: r.Reasoning, Finish: r.RawFinishReason,
		Input: u.InputTokens, Read: u.CacheReadTokens, Write5m: u.CacheWrite5mTokens, Write1h: u.CacheWrite1hTokens,
		Output: u.OutputTokens, Searches: u.Units["web_search_requests"],
	}
	for _, c := range r.ToolCalls {
		s.Calls = append(s.Calls, callSummary{c.ID, c.Name, decoded(t, c.Arguments)})
	}
	for _, p := range r.Parts {
		part, ok := p.(request.ReasoningPart)
		switch {
		case !ok:
		case part.Format == anthropic.BlockFormat:
			s.Opaque = append(s.Opaque, canonical(t, decoded(t, part.Encrypted)))
		case part.Format == anthropic.CitationsFormat:
			s.Citations += len(list(decoded(t, part.Encrypted)))
		case part.Encrypted != "":
			s.Redacted = append(s.Redacted, part.Encrypted)
		default:
			s.Signatures = append(s.Signatures, part.Signature)
		}
	}
	return s
}

type object = map[string]any

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func canonical(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// extract reads a recorded body with encoding/json alone, without the client's code.
func extract(t *testing.T, body string, streamed bool) summary {
	t.Helper()
	if !streamed {
		o := decoded(t, body).(object)
		return extractMessage(t, o)
	}
	var m object
	var pieces map[int]string
	for line := range strings.Lines(body) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:")
		if !ok {
			continue
		}
		event := decoded(t, data).(object)
		index, _ := event["index"].(float64)
		switch event["type"] {
		case "message_start":
			m, pieces = event["message"].(object), map[int]string{}
		case "content_block_start":
			m["content"] = append(list(m["content"]), event["content_block"])
		case "content_block_delta":
			apply(list(m["content"])[int(index)].(object), event["delta"].(object), pieces, int(index))
		case "content_block_stop":
			if p := pieces[int(index)]; p != "" {
				list(m["content"])[int(index)].(object)["input"] = decoded(t, p)
			}
		case "message_delta":
			m["stop_reason"] = event["delta"].(object)["stop_reason"]
			for k, v := range event["usage"].(object) {
				m["usage"].(object)[k] = v
			}
		}
	}
	return extractMessage(t, m)
}

func apply(block, delta object, pieces map[int]string, index int) {
	switch delta["type"] {
	case "text_delta":
		block["text"] = text(block["text"]) + text(delta["text"])
	case "thinking_delta":
		block["thinking"] = text(block["thinking"]) + text(delta["thinking"])
	case "signature_delta":
		block["signature"] = text(block["signature"]) + text(delta["signature"])
	case "citations_delta":
		block["citations"] = append(list(block["citations"]), delta["citation"])
	case "input_json_delta":
		pieces[index] += text(delta["partial_json"])
	}
}

func extractMessage(t *testing.T, m object) summary {
	t.Helper()
	s := summary{ID: text(m["id"]), Model: text(m["model"]), Finish: text(m["stop_reason"])}
	for _, v := range list(m["content"]) {
		block := v.(object)
		switch block["type"] {
		case "text":
			s.Content += text(block["text"])
			s.Citations += len(list(block["citations"]))
		case "thinking":
			s.Reasoning += text(block["thinking"])
			s.Signatures = append(s.Signatures, text(block["signature"]))
		case "redacted_thinking":
			s.Redacted = append(s.Redacted, text(block["data"]))
		case "tool_use":
			s.Calls = append(s.Calls, callSummary{text(block["id"]), text(block["name"]), block["input"]})
		default:
			s.Opaque = append(s.Opaque, canonical(t, block))
		}
	}
	u := m["usage"].(object)
	number := func(o any, key string) int {
		fields, _ := o.(object)
		f, _ := fields[key].(float64)
		return int(f)
	}
	s.Input, s.Output, s.Read = number(u, "input_tokens"), number(u, "output_tokens"), number(u, "cache_read_input_tokens")
	s.Write1h = number(u["cache_creation"], "ephemeral_1h_input_tokens")
	s.Write5m = number(u, "cache_creation_input_tokens") - s.Write1h
	s.Searches = number(u["server_tool_use"], "web_search_requests")
	return s
}

// meaning reads a request body and takes out what makes no difference: a text for a list of one, and turns of one side that
// follow each other.
func meaning(t *testing.T, body []byte) object {
	t.Helper()
	o := decoded(t, string(body)).(object)
	delete(o, "stream")
	if system, ok := o["system"]; ok {
		o["system"] = blocksOf(system)
	}
	var turns []any
	for _, v := range list(o["messages"]) {
		m := v.(object)
		m["content"] = blocksOf(m["content"])
		if last := len(turns) - 1; last >= 0 && turns[last].(object)["role"] == m["role"] {
			before := turns[last].(object)
			before["content"] = append(list(before["content"]), list(m["content"])...)
			continue
		}
		turns = append(turns, m)
	}
	o["messages"] = turns
	for _, v := range list(o["tools"]) {
		if tool := v.(object); tool["type"] == "custom" {
			delete(tool, "type")
		}
	}
	return o
}

func blocksOf(content any) []any {
	if s, ok := content.(string); ok {
		return []any{object{"type": "text", "text": s}}
	}
	blocks := slices.Clone(list(content))
	for _, v := range blocks {
		block := v.(object)
		if block["type"] == "tool_result" {
			block["content"] = blocksOf(cmp.Or[any](block["content"], ""))
			if block["is_error"] == false {
				delete(block, "is_error")
			}
		}
	}
	return blocks
}
