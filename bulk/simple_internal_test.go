package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// What is written by hand is what encoding/json makes of the types that it is read into.
func TestSimpleFormIsThatOfItsTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line, err := drawResult(t).AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		sameAgain(t, bytes.TrimSuffix(line, []byte("\n")), new(simpleResult))
	})
}

func TestOutcomeIsThatOfItsTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawResult(t)
		r.Item.Index, r.Item.Line, r.Item.Form = rapid.IntRange(0, 2).Draw(t, "index"), rapid.IntRange(0, 2).Draw(t, "line"), source.Form(rapid.IntRange(0, 2).Draw(t, "form"))
		r.Item.File = rapid.SampledFrom([]string{"", "in.jsonl"}).Draw(t, "file")
		r.Item.Raw = rapid.SampledFrom([]json.RawMessage{nil, json.RawMessage(`{"prompt":"x"}`)}).Draw(t, "raw")
		if resp := r.Response; resp != nil {
			resp.ID, resp.RequestID, resp.RawFinishReason = "a", rapid.SampledFrom([]string{"", "r"}).Draw(t, "request id"), "end"
			resp.Created = time.Unix(rapid.Int64Range(1, 9).Draw(t, "created"), 0)
			resp.Attempts = drawAttempts(t)
		} else if e, ok := errors.AsType[*request.Error](r.Err); ok {
			e.Attempts = drawAttempts(t)
		}
		o, err := outcomeOf("name", r)
		if err != nil {
			t.Fatal(err)
		}
		sameAgain(t, o.Body, new(record))
	})
}

func drawAttempts(t *rapid.T) (list []request.Attempt) {
	for range rapid.IntRange(0, 2).Draw(t, "attempts") {
		list = append(list, request.Attempt{
			Provider: "p", Model: "m", Message: "why", Class: rapid.SampledFrom([]request.Class{"", request.ClassTimeout}).Draw(t, "class"),
			Start: time.Unix(1_700_000_000, 0).UTC(),
		})
	}
	return list
}

// sameAgain reads a text into a type that has all of its fields, and writes that.
func sameAgain(t *rapid.T, text []byte, into any) {
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var again bytes.Buffer
	w := json.NewEncoder(&again)
	w.SetEscapeHTML(false)
	if err := w.Encode(into); err != nil || strings.TrimSuffix(again.String(), "\n") != string(text) {
		t.Errorf("read and written again, %v:\n got %s\nfrom %s", err, again.Bytes(), text)
	}
}

func drawResult(t *rapid.T) *Result {
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab \"\\\n\t<&é日\u2028\u2029\U0001f600")))
	number := rapid.IntRange(0, 3)
	r := &Result{Latency: time.Duration(rapid.IntRange(0, 3000).Draw(t, "latency")) * time.Millisecond}
	r.Item.ID = text.Draw(t, "id")
	resp := &request.Response{
		Content: text.Draw(t, "content"), Reasoning: text.Draw(t, "reasoning"), FinishReason: request.FinishReason(text.Draw(t, "finish")),
		Provider: text.Draw(t, "provider"), Model: text.Draw(t, "model"), ServiceTier: text.Draw(t, "tier"),
	}
	for range number.Draw(t, "calls") {
		resp.ToolCalls = append(resp.ToolCalls, request.ToolCall{ID: text.Draw(t, "call"), Name: text.Draw(t, "name"), Arguments: text.Draw(t, "arguments")})
	}
	for range number.Draw(t, "warnings") {
		resp.Warnings = append(resp.Warnings, request.Warning{Field: text.Draw(t, "field"), Message: text.Draw(t, "message")})
	}
	u := &resp.Usage
	for _, n := range []*int{
		&u.InputTokens, &u.CacheReadTokens, &u.CacheWrite5mTokens, &u.CacheWrite1hTokens, &u.OutputTokens, &u.ReasoningTokens,
		&u.AudioInputTokens, &u.ImageInputTokens, &u.AudioOutputTokens, &u.ImageOutputTokens,
	} {
		*n = number.Draw(t, "tokens")
	}
	u.Units = rapid.MapOfN(text, rapid.IntRange(0, 9), 0, 3).Draw(t, "units")
	u.Estimated = rapid.Bool().Draw(t, "estimated")
	if rapid.Bool().Draw(t, "priced") {
		u.SetCost(request.Money(rapid.Int64Range(0, 3e9).Draw(t, "cost")))
	}
	switch rapid.IntRange(0, 2).Draw(t, "end") {
	case 0:
		r.Response = resp
	case 1:
		r.Err = errors.New(text.Draw(t, "error"))
	default:
		r.Err = &request.Error{
			Class: request.ClassTruncated, Status: number.Draw(t, "status"), Code: text.Draw(t, "code"), Message: text.Draw(t, "error"),
			RequestID: text.Draw(t, "request"), Partial: resp,
		}
	}
	return r
}
