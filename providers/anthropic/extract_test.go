package anthropic_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/seed63918563/llmgate/internal/recorded"
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
			s.Citations += len(recorded.List(decoded(t, part.Encrypted)))
		case part.Encrypted != "":
			s.Redacted = append(s.Redacted, part.Encrypted)
		default:
			s.Signatures = append(s.Signatures, part.Signature)
		}
	}
	return s
}

type object = recorded.Object

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

// extract reads a recorded body with encoding/json alone, without the client's code.
func extract(t *testing.T, x *recorded.Exchange) summary {
	t.Helper()
	if !x.Streamed() {
		return extractMessage(t, recorded.Parse(t, x.Response.Body))
	}
	var m object
	var pieces map[int]string
	for _, data := range x.Documents() {
		event := recorded.Parse(t, data)
		index := recorded.Number(event, "index")
		switch event["type"] {
		case "message_start":
			m, pieces = event["message"].(object), map[int]string{}
		case "content_block_start":
			m["content"] = append(recorded.List(m, "content"), event["content_block"])
		case "content_block_delta":
			apply(recorded.List(m, "content")[index].(object), event["delta"].(object), pieces, index)
		case "content_block_stop":
			if p := pieces[index]; p != "" {
				recorded.List(m, "content")[index].(object)["input"] = decoded(t, p)
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
		block["text"] = recorded.Text(block, "text") + recorded.Text(delta, "text")
	case "thinking_delta":
		block["thinking"] = recorded.Text(block, "thinking") + recorded.Text(delta, "thinking")
	case "signature_delta":
		block["signature"] = recorded.Text(block, "signature") + recorded.Text(delta, "signature")
	case "citations_delta":
		block["citations"] = append(recorded.List(block, "citations"), delta["citation"])
	case "input_json_delta":
		pieces[index] += recorded.Text(delta, "partial_json")
	}
}

func extractMessage(t *testing.T, m object) summary {
	t.Helper()
	s := summary{ID: recorded.Text(m, "id"), Model: recorded.Text(m, "model"), Finish: recorded.Text(m, "stop_reason")}
	for _, v := range recorded.List(m, "content") {
		block := v.(object)
		switch block["type"] {
		case "text":
			s.Content += recorded.Text(block, "text")
			s.Citations += len(recorded.List(block, "citations"))
		case "thinking":
			s.Reasoning += recorded.Text(block, "thinking")
			s.Signatures = append(s.Signatures, recorded.Text(block, "signature"))
		case "redacted_thinking":
			s.Redacted = append(s.Redacted, recorded.Text(block, "data"))
		case "tool_use":
			s.Calls = append(s.Calls, callSummary{recorded.Text(block, "id"), recorded.Text(block, "name"), block["input"]})
		default:
			s.Opaque = append(s.Opaque, canonical(t, block))
		}
	}
	u := m["usage"].(object)
	s.Input, s.Output, s.Read = recorded.Number(u, "input_tokens"), recorded.Number(u, "output_tokens"), recorded.Number(u, "cache_read_input_tokens")
	s.Write1h = recorded.Number(u, "cache_creation", "ephemeral_1h_input_tokens")
	s.Write5m = recorded.Number(u, "cache_creation_input_tokens") - s.Write1h
	s.Searches = recorded.Number(u, "server_tool_use", "web_search_requests")
	return s
}

// meaning reads a request body and takes out what makes no difference: a text for a list of one, and turns of one side that
// follow each other.
func meaning(t *testing.T, body []byte) object {
	t.Helper()
	o := recorded.Parse(t, body)
	delete(o, "stream")
	if system, ok := o["system"]; ok {
		o["system"] = blocksOf(system)
	}
	var turns []any
	for _, v := range recorded.List(o, "messages") {
		m := v.(object)
		m["content"] = blocksOf(m["content"])
		if last := len(turns) - 1; last >= 0 && turns[last].(object)["role"] == m["role"] {
			before := turns[last].(object)
			before["content"] = append(recorded.List(before, "content"), recorded.List(m, "content")...)
			continue
		}
		turns = append(turns, m)
	}
	o["messages"] = turns
	for _, v := range recorded.List(o, "tools") {
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
	blocks := slices.Clone(recorded.List(content))
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
