package langchain

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// assistant writes an earlier answer: its text and tool calls. langchaingo has no place for reasoning and signatures.
func (c *conversation) assistant(i int, m *request.Message) []llms.ContentPart {
	p := pieces{text: m.Content, oneText: c.takes.oneText}
	for j, part := range m.Parts {
		switch part := part.(type) {
		case request.TextPart:
			p.say(part.Text)
			c.signed(part.Signature)
		case request.ToolCall:
			c.call(&p, i, j, part)
		case request.ReasoningPart:
			c.Warn("reasoning", "not sent back: langchaingo has no place for it")
		case request.CacheBreakpoint:
			c.warnCache()
		default:
			c.Refuse(i, j, fmt.Sprintf("%T can't be sent in a message of role %s; leave it out", part, m.Role))
		}
	}
	p.flush()
	return p.list
}

func (c *conversation) signed(signature string) {
	if signature != "" {
		c.Warn("signature", "not sent back: langchaingo has no place for it")
	}
}

func (c *conversation) call(p *pieces, i, j int, call request.ToolCall) {
	arguments := call.Arguments
	if arguments == "" {
		arguments = "{}"
	}
	if !c.takes.tools {
		c.Refuse(i, j, "langchaingo's "+c.takes.name+" package sends no tool calls; use a native client")
		return
	}
	if c.takes.decodes {
		if problem := decodable(arguments); problem != "" {
			c.Refuse(i, j, problem)
			return
		}
	}
	c.signed(call.Signature)
	p.add(llms.ToolCall{ID: call.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: call.Name, Arguments: arguments}})
}

// decodable says what a map of floats would make wrong of a tool call's arguments, or nothing.
func decodable(arguments string) string {
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(arguments))
	d.UseNumber()
	if err := d.Decode(&object); err != nil || d.More() {
		return "the arguments are not a JSON object, and langchaingo sends nothing else; leave the call and its result out"
	}
	if number := rounded(object); number != "" {
		return "langchaingo would round the number " + number + " in the arguments; use a native client"
	}
	return ""
}

// rounded returns an integer that a float64 can't hold, or nothing.
func rounded(v any) string {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && (n > 1<<53 || n < -1<<53) {
			return v.String()
		} else if err != nil && !strings.ContainsAny(v.String(), ".eE") {
			return v.String()
		}
	case []any:
		for _, e := range v {
			if n := rounded(e); n != "" {
				return n
			}
		}
	case map[string]any:
		for _, e := range v {
			if n := rounded(e); n != "" {
				return n
			}
		}
	}
	return ""
}

// results writes the results of tool calls, each as a message of its own, which is all that langchaingo's packages take.
func (c *conversation) results(i int, m *request.Message) {
	for j, part := range m.Parts {
		result, ok := part.(request.ToolResult)
		switch {
		case !ok: // a cache mark
			c.warnCache()
		case !c.takes.tools:
			c.Refuse(i, j, "langchaingo's "+c.takes.name+" package sends no tool results; use a native client")
		default:
			c.add(llms.ChatMessageTypeTool, []llms.ContentPart{llms.ToolCallResponse{
				ToolCallID: result.CallID, Name: c.nameOf(i, &result), Content: c.resultText(i, j, &result),
			}})
		}
	}
}

// nameOf is the name of the tool that a result comes from: Google's API wants it.
func (c *conversation) nameOf(i int, result *request.ToolResult) string {
	if result.Name != "" {
		return result.Name
	}
	for i--; i >= 0; i-- {
		for _, p := range c.req.Messages[i].Parts {
			if call, ok := p.(request.ToolCall); ok && call.ID == result.CallID {
				return call.Name
			}
		}
	}
	return ""
}

// resultText is the text of a tool result. langchaingo has no error flag, so a failure is said in words the model reads.
func (c *conversation) resultText(i, j int, result *request.ToolResult) string {
	content := request.Message{Content: result.Content, Parts: result.Parts}
	for _, p := range result.Parts {
		switch p := p.(type) {
		case request.TextPart:
		case request.CacheBreakpoint:
			c.warnCache()
		default:
			c.Refuse(i, j, fmt.Sprintf("%T in a tool result: langchaingo sends text only; send it in a user message", p))
		}
	}
	text := content.Text()
	if result.IsError && !strings.HasPrefix(strings.ToLower(text), "error") {
		text = "Error: " + text
	}
	return text
}
