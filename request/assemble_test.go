package request_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/request"
)

// chunksOf is a stream of the given chunks, without the last one that carries the response.
func chunksOf(chunks []request.Chunk, last *request.Response, err error) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(request.Chunk{}, err)
		} else if last != nil {
			yield(request.Chunk{Response: last}, nil)
		}
	}
}

// dumbParts joins deltas by comparing each with the part before it.
func dumbParts(chunks []request.Chunk) []request.Part {
	var parts []request.Part
	at := map[int]int{}
	for _, c := range chunks {
		if c.Content != "" {
			if n := len(parts) - 1; n >= 0 {
				if p, ok := parts[n].(request.TextPart); ok {
					parts[n] = request.TextPart{Text: p.Text + c.Content}
					continue
				}
			}
			parts = append(parts, request.TextPart{Text: c.Content})
		}
		if c.Reasoning != "" {
			if n := len(parts) - 1; n >= 0 {
				if p, ok := parts[n].(request.ReasoningPart); ok && p.Signature == "" && p.Encrypted == "" {
					p.Text += c.Reasoning
					parts[n] = p
					continue
				}
			}
			parts = append(parts, request.ReasoningPart{Text: c.Reasoning})
		}
		if d := c.ToolCall; !d.IsZero() {
			n, ok := at[d.Index]
			if !ok {
				n, at[d.Index] = len(parts), len(parts)
				parts = append(parts, request.ToolCall{ID: d.ID, Name: d.Name})
			}
			call := parts[n].(request.ToolCall)
			call.Arguments += d.Arguments
			parts[n] = call
		}
		if c.Part != nil {
			parts = append(parts, c.Part)
		}
	}
	return parts
}

func drawChunk(t *rapid.T) request.Chunk {
	text := rapid.StringN(1, 20, -1)
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0, 1:
		return request.Chunk{Content: text.Draw(t, "text")}
	case 2:
		return request.Chunk{Reasoning: text.Draw(t, "reasoning")}
	case 3:
		i := rapid.IntRange(0, 3).Draw(t, "index")
		return request.Chunk{ToolCall: request.ToolCallDelta{Index: i, ID: fmt.Sprint("id", i), Name: fmt.Sprint("f", i), Arguments: text.Draw(t, "arguments")}}
	}
	return request.Chunk{Part: request.ReasoningPart{Encrypted: text.Draw(t, "encrypted")}}
}

// The assembled answer must be what joining the pieces one by one gives, and every delta returned must be what was given.
func TestAssemblerAgainstJoining(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chunks := rapid.SliceOfN(rapid.Custom(drawChunk), 0, 60).Draw(t, "chunks")
		var a request.Assembler
		var deltas, want strings.Builder
		for _, c := range chunks {
			deltas.WriteString(a.Text([]byte(c.Content)))
			deltas.WriteString(a.Reason([]byte(c.Reasoning)))
			want.WriteString(c.Content + c.Reasoning)
			if d := c.ToolCall; !d.IsZero() {
				got := a.Call(d.Index, d.ID, d.Name, []byte(d.Arguments))
				if got != d {
					t.Fatalf("delta %+v became %+v", d, got)
				}
			}
			if c.Part != nil {
				a.Part(c.Part)
			}
		}
		var r request.Response
		a.Fill(&r)
		if diff := cmp.Diff(dumbParts(chunks), r.Parts); diff != "" {
			t.Fatal(diff)
		}
		if deltas.String() != want.String() {
			t.Fatalf("deltas %q, want %q", deltas.String(), want.String())
		}
		checkSummary(t, &r)
	})
}

// checkSummary compares the fields that repeat parts with the parts.
func checkSummary(t *rapid.T, r *request.Response) {
	var content, reasoning string
	var calls []request.ToolCall
	for _, p := range r.Parts {
		switch p := p.(type) {
		case request.TextPart:
			content += p.Text
		case request.ReasoningPart:
			reasoning += p.Text
		case request.ToolCall:
			calls = append(calls, p)
		}
	}
	if content != r.Content || reasoning != r.Reasoning || !cmp.Equal(calls, r.ToolCalls) {
		t.Fatalf("summary of %+v differs", r)
	}
	if m := r.Message(); m.Role != request.RoleAssistant || !cmp.Equal(m.Parts, r.Parts) || m.Text() != content {
		t.Fatalf("message %+v differs", m)
	}
}

func TestReasoningIsCompletedByItsSignature(t *testing.T) {
	chunks := []request.Chunk{
		{Reasoning: "one "}, {Reasoning: "two"},
		{Part: request.ReasoningPart{Signature: "s1", Format: "f"}},
		{Reasoning: "three"},
		{Part: request.ReasoningPart{Text: "whole", Signature: "s2"}},
		{ToolCall: request.ToolCallDelta{ID: "1", Name: "f", Arguments: "{}", Signature: "s3"}},
		{Content: "answer"},
	}
	_, err := request.Collect(chunksOf(chunks, nil, nil))
	e, _ := errors.AsType[*request.Error](err)
	want := []request.Part{
		request.ReasoningPart{Text: "one two", Signature: "s1", Format: "f"},
		request.ReasoningPart{Text: "three"},
		request.ReasoningPart{Text: "whole", Signature: "s2"},
		request.ToolCall{ID: "1", Name: "f", Arguments: "{}", Signature: "s3"},
		request.TextPart{Text: "answer"},
	}
	if e == nil || !cmp.Equal(e.Partial.Parts, want) {
		t.Errorf("got %v", cmp.Diff(want, e.Partial.Parts))
	}
}

func TestCollect(t *testing.T) {
	whole := &request.Response{Content: "a b"}
	chunks := []request.Chunk{{Limits: new(request.Limits)}, {Content: "a "}, {Content: "b"}}
	if got, err := request.Collect(chunksOf(chunks, whole, nil)); err != nil || got != whole {
		t.Errorf("got %v, %v", got, err)
	}
	cut := &request.Error{Class: request.ClassTruncated, Message: "cut"}
	if got, err := request.Collect(chunksOf(chunks, whole, cut)); got != nil || err != error(cut) {
		t.Errorf("got %v, %v", got, err)
	}
	got, err := request.Collect(chunksOf(chunks, nil, nil))
	e, _ := errors.AsType[*request.Error](err)
	if got != nil || !errors.Is(err, request.ErrTruncated) || e.Partial.Content != "a b" || !e.MaybeBilled {
		t.Errorf("a stream without its last chunk: %v, %+v", got, e)
	}
}
