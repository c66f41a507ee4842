package contract_test

import (
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// askBreaches are ways of asking something else than what was asked.
var askBreaches = map[string]breach{
	"sends zero for unset": {changing(func(r *request.Request) {
		if r.Temperature == nil {
			r.Temperature = new(0.0)
		}
	}), []string{"unset is not sent"}, "temperature is not set, but sent"},
	"takes zero for unset": {changing(func(r *request.Request) {
		if r.Temperature != nil && *r.Temperature == 0 {
			r.Temperature = nil
		}
	}), []string{"zero is sent or warned about"}, "temperature is 0"},
	"sends one system message": {changing(func(r *request.Request) {
		if len(r.Messages) == 3 {
			r.Messages = r.Messages[1:]
		}
	}), []string{"system message"}, "lacks"},
	"drops images": {changing(func(r *request.Request) {
		r.Messages = slices.Clone(r.Messages)
		for i := range r.Messages {
			r.Messages[i].Parts = slices.DeleteFunc(slices.Clone(r.Messages[i].Parts), func(p request.Part) bool {
				_, image := p.(request.ImagePart)
				return image
			})
		}
	}), []string{"image", "image by URL", "refusal of what a model can't do"}, ""},
	"forgets that a tool failed": {changing(func(r *request.Request) {
		for i := range r.Messages {
			for j, p := range r.Messages[i].Parts {
				if result, ok := p.(request.ToolResult); ok {
					result.IsError = false
					r.Messages[i].Parts[j] = result
				}
			}
		}
	}), []string{"failed tool"}, "not told of the failure"},
	"changes the request": {changing(func(r *request.Request) {
		if len(r.Stop) > 0 {
			r.Stop[0] = "\n"
		}
	}), []string{"request is not changed"}, "the request after the calls"},
	"repairs what is invalid": {changing(func(r *request.Request) { r.MaxTokens, r.Temperature = max(0, r.MaxTokens), nil }),
		[]string{"refusal of an invalid request"}, "where it had to fail"},
	"asks something else": {changing(func(r *request.Request) { r.Messages = ask("Something else, if I may?").Messages }),
		[]string{"several turns", "text in parts", "Unicode", "input of 1 MB", "PDF", "audio", "tool results"}, ""},
	"asks another model": {changing(func(r *request.Request) { r.Model = "yet-another-model" }), []string{"model of the request"}, "yet-another-model"},
	"drops bounds":       {changing(func(r *request.Request) { r.MaxTokens, r.Stop = 0, nil }), []string{"max tokens", "stop texts"}, ""},
	"drops settings": {changing(func(r *request.Request) {
		r.ReasoningEffort, r.ReasoningBudget, r.User, r.ServiceTier, r.Extra = "", 0, "", "", nil
	}), []string{"reasoning effort", "user and service tier", "extra fields"}, ""},
	"drops the format": {changing(func(r *request.Request) { r.ResponseFormat = request.ResponseFormat{} }),
		[]string{"JSON answer", "answer under a JSON Schema"}, "not sent"},
	"drops tools": {changing(func(r *request.Request) { r.Tools, r.ToolChoice, r.ParallelToolCalls = nil, request.ToolChoice{}, nil }),
		[]string{"one tool", "several calls at once", "tool without arguments"}, "the tools that arrived"},
	"leaves tools to the model": {changing(func(r *request.Request) { r.ToolChoice, r.ParallelToolCalls = request.ToolChoice{}, nil }),
		[]string{"tool choice", "one call at a time"}, ""},
}
