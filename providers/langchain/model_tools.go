package langchain

import (
	"encoding/json"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// tools takes the tools, those of the deprecated option too, and the choice among them.
func (q *question) tools(o *llms.CallOptions) {
	for i, t := range o.Tools {
		if t.Function == nil || t.Type != "" && t.Type != "function" {
			q.Fault(fmt.Sprintf("tools[%d]", i), fmt.Sprintf("a tool of type %q without a function can't be sent", t.Type))
			continue
		}
		q.tool(t.Function)
	}
	for i := range o.Functions {
		q.tool(&o.Functions[i])
	}
	choice := o.ToolChoice
	if choice == nil && o.FunctionCallBehavior != "" {
		choice = string(o.FunctionCallBehavior)
	}
	q.choose(choice)
}

func (q *question) tool(f *llms.FunctionDefinition) {
	tool := request.Tool{Name: f.Name, Description: f.Description}
	if f.Strict {
		tool.Strict = new(true)
	}
	if f.Parameters != nil {
		schema, err := json.Marshal(f.Parameters)
		if err != nil {
			q.Fault("tools."+f.Name+".parameters", fmt.Sprintf("can't be written as JSON: %v", err))
		}
		if string(schema) != "null" {
			tool.Parameters = schema
		}
	}
	q.req.Tools = append(q.req.Tools, tool)
}

// choose reads a choice in the forms that langchaingo's packages take: a word, or the tool, as a struct or as what its JSON
// decodes to.
func (q *question) choose(choice any) {
	switch c := choice.(type) {
	case nil:
	case string:
		q.chooseWord(c)
	case llms.FunctionCallBehavior:
		q.chooseWord(string(c))
	default:
		var named llms.ToolChoice
		text, err := json.Marshal(c)
		if err == nil {
			err = json.Unmarshal(text, &named)
		}
		if err != nil || named.Function == nil || named.Function.Name == "" {
			q.Fault("tool_choice", fmt.Sprintf("%v is not understood; give none, auto, required or an llms.ToolChoice with a function", choice))
			return
		}
		q.req.ToolChoice = request.ToolChoice{Mode: request.ToolNamed, Name: named.Function.Name}
	}
}

func (q *question) chooseWord(word string) {
	switch word {
	case "":
	case "none", "auto", "required":
		if word != "none" && len(q.req.Tools) == 0 {
			return // agents say auto without tools
		}
		q.req.ToolChoice.Mode = request.ToolMode(word)
	case "any":
		q.req.ToolChoice.Mode = request.ToolRequired
	default:
		q.Fault("tool_choice", fmt.Sprintf("%q is unknown; use none, auto or required", word))
	}
}
