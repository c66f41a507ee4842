package request_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

// demanding needs everything that a model may lack, most of it twice.
func demanding() *request.Request {
	image, file, sound := request.ImagePart{URL: "https://x/i.png"}, request.FilePart{ID: "f", MediaType: "application/pdf"}, request.AudioPart{URL: "https://x/a.wav"}
	return &request.Request{
		Model: "m",
		Messages: []request.Message{
			{Role: request.RoleUser, Content: "look", Parts: []request.Part{request.TextPart{Text: "x"}, sound, sound}},
			{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Parts: []request.Part{request.TextPart{Text: "x"}, image, file}}}},
			{Role: request.RoleUser, Parts: []request.Part{image, file}},
		},
		MaxTokens:       1000,
		Tools:           []request.Tool{{Name: "look_up"}},
		ResponseFormat:  request.ResponseFormat{Type: request.FormatJSONSchema, Schema: json.RawMessage(`{}`)},
		Temperature:     new(0.5),
		ReasoningEffort: request.EffortHigh,
	}
}

func TestCheckListsEveryNeedThatTheModelLacks(t *testing.T) {
	err := request.Capabilities{Known: true, MaxOutputTokens: 999, ContextTokens: 1}.Check(demanding())
	e, ok := errors.AsType[*request.Error](err)
	if !ok || !errors.Is(err, request.ErrInvalid) || e.Model != "m" || e.MaybeBilled {
		t.Fatalf("got %#v", err)
	}
	faults, _ := errors.AsType[request.Faults](err)
	want := request.Faults{
		{Field: "max_tokens", Problem: "1000 is above the model's limit of 999; lower it"},
		{Field: "tools", Problem: "the model can't call tools; remove them or choose a model that can"},
		{Field: "response_format.type", Problem: "the model can't hold its answer to a JSON Schema; use type json or choose a model that can"},
		{Field: "messages[0].parts[1]", Problem: "the model takes no audio; remove it or choose a model that does"},
		{Field: "messages[1].parts[0].parts[1]", Problem: "the model takes no images; remove it or choose a model that does"},
		{Field: "messages[1].parts[0].parts[2]", Problem: "the model takes no PDFs; remove it or choose a model that does"},
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCheckRefusesNothingWithoutReason(t *testing.T) {
	able := request.Capabilities{Known: true, MaxOutputTokens: 1000, Tools: true, JSONSchema: true, Vision: true, PDF: true, Audio: true}
	plain := &request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "hi"}}, MaxTokens: 1 << 40}
	object := &request.Request{ResponseFormat: request.ResponseFormat{Type: request.FormatJSON}}
	for name, test := range map[string]struct {
		c request.Capabilities
		r *request.Request
	}{
		"unknown model":    {request.Capabilities{}, demanding()},
		"able model":       {able, demanding()},
		"unknown limit":    {request.Capabilities{Known: true}, plain},
		"model with JSON":  {request.Capabilities{Known: true, JSONMode: true}, object},
		"text is for free": {request.Capabilities{Known: true}, &request.Request{ResponseFormat: request.ResponseFormat{Type: request.FormatText}}},
	} {
		if err := test.c.Check(test.r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := able.Check(object); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("JSON mode: got %v", err)
	}
}

func TestCheckAllocatesNothingWhenAllIsWell(t *testing.T) {
	if raceDetector {
		return
	}
	r := demanding()
	r.Messages = append(r.Messages[:1:1], request.Message{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Content: "x"}}})
	for name, c := range map[string]request.Capabilities{
		"able":           {Known: true, Tools: true, JSONSchema: true, Vision: true, PDF: true, Audio: true},
		"able to listen": {Known: true, Tools: true, JSONSchema: true, Audio: true, MaxOutputTokens: 1000},
	} {
		var err error
		n := testing.AllocsPerRun(100, func() { err = c.Check(r) })
		if n != 0 || err != nil {
			t.Errorf("%s: %v allocations, %v", name, n, err)
		}
	}
}

// Only what is plainly a PDF is refused as one: a text file may be read by any model.
func TestOnlyPDFsNeedAModelForPDFs(t *testing.T) {
	can := request.Capabilities{Known: true, Vision: true, Audio: true}
	for _, c := range []struct {
		part    request.FilePart
		refused bool
	}{
		{request.FilePart{Data: []byte("%PDF-1.7")}, true},
		{request.FilePart{URL: "https://x/report.pdf"}, true},
		{request.FilePart{ID: "f", Name: "report.pdf"}, true},
		{request.FilePart{Data: []byte("%PDF-1.7"), MediaType: "text/plain"}, false},
		{request.FilePart{Data: []byte("a,b"), Name: "t.csv"}, false},
		{request.FilePart{ID: "f"}, false},
	} {
		err := can.Check(&request.Request{Messages: []request.Message{{Role: request.RoleUser, Parts: []request.Part{c.part}}}})
		if (err != nil) != c.refused {
			t.Errorf("%+v: got %v", c.part, err)
		}
	}
}
