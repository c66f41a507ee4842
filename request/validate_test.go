package request_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// valid is a request that uses most of the vocabulary correctly.
func valid() request.Request {
	return request.Request{
		Model: "m", MaxTokens: 100, Temperature: new(0.0), TopP: new(1.0), TopK: new(0), Seed: new(int64(-1)),
		FrequencyPenalty: new(-2.0), PresencePenalty: new(2.0), Stop: []string{"END"}, ReasoningEffort: request.EffortLow,
		Tools: []request.Tool{
			{Name: "weather", Parameters: []byte(` {"type":"object"}`), Cache: &request.CacheBreakpoint{}},
			{Name: "now"},
		},
		ToolChoice:     request.ToolChoice{Mode: request.ToolNamed, Name: "now"},
		ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema, Name: "answer", Schema: []byte(`{"type":"object"}`)},
		Messages: []request.Message{
			{Role: request.RoleSystem, Content: "Be brief.", Parts: []request.Part{request.CacheBreakpoint{}}},
			{Role: request.RoleUser, Content: "What is this?", Parts: []request.Part{
				request.ImagePart{URL: "https://example.com/a.png"}, request.FilePart{ID: "file-1"}, request.AudioPart{Data: []byte("RIFF")},
			}},
			{Role: request.RoleAssistant, Parts: []request.Part{
				request.ReasoningPart{Text: "hm"}, request.ToolCall{ID: "1", Name: "weather", Arguments: "{}"}, request.ToolCall{ID: "2", Name: "now"},
			}},
			{Role: request.RoleTool, Parts: []request.Part{
				request.ToolResult{CallID: "1", Content: "sunny"},
				request.ToolResult{CallID: "2", Parts: []request.Part{request.TextPart{Text: "noon"}, request.ImagePart{Data: []byte{1}}}, IsError: true},
			}},
			{Role: request.RoleAssistant},
			{Role: request.RoleUser, Parts: []request.Part{request.TextPart{Text: "Go on."}}},
		},
	}
}

func TestValidAllocatesNothing(t *testing.T) {
	r := valid()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = r.Validate() }); n != 0 && !raceDetector {
		t.Errorf("%v allocations", n)
	}
}

func user(parts ...request.Part) []request.Message {
	return []request.Message{{Role: request.RoleUser, Parts: parts}}
}

func TestValidateNamesTheField(t *testing.T) {
	schema := []byte(`{"type":"object"}`)
	for field, change := range map[string]func(*request.Request){
		"max_tokens":        func(r *request.Request) { r.MaxTokens = -1 },
		"temperature":       func(r *request.Request) { r.Temperature = new(-0.1) },
		"top_p":             func(r *request.Request) { r.TopP = new(1.1) },
		"frequency_penalty": func(r *request.Request) { r.FrequencyPenalty = new(math.NaN()) },
		"presence_penalty":  func(r *request.Request) { r.PresencePenalty = new(math.Inf(1)) },
		"top_k":             func(r *request.Request) { r.TopK = new(-1) },
		"stop[1]":           func(r *request.Request) { r.Stop = []string{"a", ""} },
		"reasoning_effort":  func(r *request.Request) { r.ReasoningEffort = "extreme" },
		"reasoning_budget":  func(r *request.Request) { r.ReasoningBudget = 10 },
		"tools[0].name": func(r *request.Request) {
			r.Tools = []request.Tool{{Name: "two words"}}
			r.ToolChoice = request.ToolChoice{}
		},
		"tools[2].name":          func(r *request.Request) { r.Tools = append(r.Tools, request.Tool{Name: "now"}) },
		"tools[1].parameters":    func(r *request.Request) { r.Tools[1].Parameters = []byte(`[1]`) },
		"tools[0].cache.ttl":     func(r *request.Request) { r.Tools[0].Cache.TTL = -1 },
		"tool_choice.name":       func(r *request.Request) { r.ToolChoice.Name = "later" },
		"tool_choice":            func(r *request.Request) { r.ToolChoice = request.ToolChoice{Mode: "maybe"} },
		"response_format.schema": func(r *request.Request) { r.ResponseFormat.Schema = []byte(`{"type":`) },
		"response_format.name":   func(r *request.Request) { r.ResponseFormat.Name = "an answer" },
		"response_format.type":   func(r *request.Request) { r.ResponseFormat.Type = "xml" },
		"messages":               func(r *request.Request) { r.Messages = nil },
		"messages[0].role":       func(r *request.Request) { r.Messages[0].Role = "oracle" },
		"messages[1].content":    func(r *request.Request) { r.Messages[1] = request.Message{Role: request.RoleUser} },
		"messages[3].content":    func(r *request.Request) { r.Messages[3].Content = "sunny" },
		"messages[0].parts[0]":   func(r *request.Request) { r.Messages[0].Content = "" },
		"messages[3].parts[1]":   func(r *request.Request) { r.Messages[3].Parts[1] = request.ToolResult{CallID: "3"} },
		"messages[2].parts[0]":   func(r *request.Request) { r.Messages[2].Parts[0] = request.FilePart{ID: "f"} },
		"messages[2].parts[2]": func(r *request.Request) {
			r.Messages[2].Parts = append(r.Messages[2].Parts[:2:2], request.ToolCall{ID: "2"})
			r.Messages[3].Parts = r.Messages[3].Parts[:1]
		},
		"response_format.schema ": func(r *request.Request) {
			r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSON, Schema: schema}
		},
		"tool_choice without tool": func(r *request.Request) { r.Tools, r.ToolChoice = nil, request.ToolChoice{Mode: request.ToolAuto} },
	} {
		field, _, _ = strings.Cut(field, " ")
		r := valid()
		change(&r)
		err := r.Validate()
		faults, ok := errors.AsType[request.Faults](err)
		if !ok || !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s: got %v", field, err)
			continue
		}
		if !slices.ContainsFunc(faults, func(f request.Fault) bool { return f.Field == field }) || len(faults) != 1 {
			t.Errorf("%s: got %v", field, faults)
		}
	}
}

func TestValidateParts(t *testing.T) {
	for _, c := range []struct {
		part request.Part
		says string
	}{
		{request.ImagePart{}, "no content"},
		{request.ImagePart{URL: "u", Data: []byte{1}}, "more than one way"},
		{request.FilePart{URL: "u", ID: "i"}, "more than one way"},
		{request.AudioPart{}, "no content"},
		{request.ToolCall{ID: "1", Name: "f"}, "can't stand in a message of role user"},
		{request.ToolResult{CallID: "1"}, "can't stand in a message of role user"},
		{request.ReasoningPart{Text: "x"}, "can't stand in a message of role user"},
		{&request.TextPart{Text: "x"}, "not a pointer"},
		{nil, "nil"},
		{request.CacheBreakpoint{TTL: -1}, "negative"},
	} {
		r := request.Request{Messages: user(c.part)}
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%#v: got %v, want %q", c.part, err, c.says)
		}
	}
}

func TestValidateToolResults(t *testing.T) {
	call := request.Message{Role: request.RoleAssistant, Parts: []request.Part{request.ToolCall{ID: "1", Name: "f"}}}
	for says, result := range map[string]request.ToolResult{
		"without CallID":                {Content: "x"},
		"no tool call before it":        {CallID: "2"},
		"can't stand in a tool result":  {CallID: "1", Parts: []request.Part{request.AudioPart{Data: []byte{1}}}},
		"use text, images or files":     {CallID: "1", Parts: []request.Part{request.ToolCall{ID: "9", Name: "g"}}},
		"no tool call before it has th": {CallID: "11"},
	} {
		r := request.Request{Messages: []request.Message{
			{Role: request.RoleUser, Content: "go"}, call, {Role: request.RoleTool, Parts: []request.Part{result}},
		}}
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: got %v, want %q", result, err, says)
		}
	}
}

func TestValidateReportsAllAtOnce(t *testing.T) {
	r := request.Request{MaxTokens: -1, TopP: new(2.0), Messages: []request.Message{{Role: "x"}, {Role: request.RoleUser}}}
	faults, _ := errors.AsType[request.Faults](r.Validate())
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
	}
	if want := []string{"max_tokens", "top_p", "messages[0].role", "messages[1].content"}; !slices.Equal(fields, want) {
		t.Errorf("got %v, want %v", fields, want)
	}
}
