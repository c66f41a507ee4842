package gemini

import (
	"encoding/json"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

func (p *parser) functionResponse() *request.ToolResult {
	var result request.ToolResult
	p.Fields(func(key string) {
		switch key {
		case "id":
			p.Text(&result.CallID)
		case "name":
			p.Text(&result.Name)
		case "response":
			p.response(&result)
		case "parts":
			p.Elements(func() { p.resultPart(&result) })
		default:
			p.Unknown(key)
		}
	})
	return &result
}

// response takes the text out of an object that holds nothing else, and keeps any other object as it stands.
func (p *parser) response(result *request.ToolResult) {
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	raw := p.R.Raw()
	result.Content = compact(raw)
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || len(fields) != 1 {
		return
	}
	var text string
	isText := func(value json.RawMessage) bool {
		return value[0] == '"' && json.Unmarshal(value, &text) == nil && !isObject(text)
	}
	if value, ok := fields["result"]; ok && isText(value) {
		result.Content = text
	} else if value, ok := fields["error"]; ok && isText(value) {
		result.Content, result.IsError = text, true
	} else if ok && isObject(string(value)) {
		result.Content, result.IsError = compact(value), true
	}
}

func (p *parser) resultPart(result *request.ToolResult) {
	p.Fields(func(key string) {
		switch camel(key) {
		case "inlineData", "fileData":
			result.Parts = append(result.Parts, p.blob().part("", ""))
		default:
			p.Unknown(key)
		}
	})
}
