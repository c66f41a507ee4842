package langchain

import (
	"encoding/json"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// emptySchema stands for a tool without arguments, which several servers demand to be said.
var emptySchema = json.RawMessage(`{"type":"object","properties":{}}`)

// toolsOf writes a request's tools in langchaingo's words.
func toolsOf(req *request.Request) []llms.Tool {
	if len(req.Tools) == 0 {
		return nil
	}
	tools := make([]llms.Tool, len(req.Tools))
	for i := range req.Tools {
		t := &req.Tools[i]
		f := &llms.FunctionDefinition{Name: t.Name, Description: t.Description, Parameters: emptySchema}
		if len(t.Parameters) > 0 {
			f.Parameters = t.Parameters
		}
		f.Strict = t.Strict != nil && *t.Strict
		tools[i] = llms.Tool{Type: "function", Function: f}
	}
	return tools
}

// choiceOf writes a tool choice as langchaingo passes it on: a word, or the tool.
func choiceOf(choice request.ToolChoice) any {
	switch choice.Mode {
	case "":
		return nil
	case request.ToolNamed:
		return llms.ToolChoice{Type: "function", Function: &llms.FunctionReference{Name: choice.Name}}
	}
	return string(choice.Mode)
}
