package request_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

// wholeAnswer has parts of every kind that an answer can have, none beside another of its kind.
func wholeAnswer() *request.Response {
	want := &request.Response{Content: "Hello there", Reasoning: "Hm."}
	call := request.ToolCall{ID: "1", Name: "weather", Arguments: `{"city":"Paris"}`, Signature: "signed"}
	want.Parts = []request.Part{
		request.ReasoningPart{Text: "Hm.", Signature: "proof"},
		request.TextPart{Text: "Hello "},
		request.ImagePart{Data: []byte("png"), MediaType: "image/png"},
		request.TextPart{Text: "there"},
		request.ReasoningPart{Encrypted: "secret", ID: "rs_1"},
		call,
		request.ToolCall{ID: "2", Name: "time"},
	}
	want.ToolCalls = []request.ToolCall{call, {ID: "2", Name: "time"}}
	return want
}

func TestChunksAddUp(t *testing.T) {
	want, got := wholeAnswer(), new(request.Response)
	var a request.Assembler
	for chunk := range want.Chunks() {
		a.Add(chunk)
	}
	a.Fill(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the chunks of an answer add up to another (-want +got):\n%s", diff)
	}
}

func TestChunksCanBeLeftAnywhere(t *testing.T) {
	answer, total := wholeAnswer(), 0
	for range answer.Chunks() {
		total++
	}
	for stop := 1; stop <= total; stop++ {
		seen := 0
		for range answer.Chunks() {
			if seen++; seen == stop {
				break
			}
		}
		if seen != stop {
			t.Errorf("left after chunk %d, saw %d", stop, seen)
		}
	}
}
