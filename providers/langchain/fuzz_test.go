package langchain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// Whatever a server sends, the answer is whole or an error of ours, and the pieces of a stream add up to it.
func FuzzAnswer(f *testing.F) {
	for i, v := range vendors {
		f.Add(i, v.stream)
		f.Add(i, v.stream[:len(v.stream)-v.tail]+v.inBand)
	}
	for i, whole := range []string{openaiPlain, anthropicBlocks, ollamaPlain} {
		f.Add(i, whole)
	}
	f.Add(0, `data: {"choices":[{"delta":{"tool_calls":[{"index":-1},{"index":9000000},{"function":{"arguments":"{}"}}]}}]}`)
	f.Add(1, `data: {"type":"content_block_start","index":7,"content_block":{"type":"tool_use"}}`)
	f.Fuzz(func(t *testing.T, vendor int, body string) {
		v := vendors[uint(vendor)%uint(len(vendors))]
		resp, err := open(t, v.open, transportFor(v.name, strings.NewReader(body))).Complete(t.Context(), ask())
		if err != nil {
			canned.AsError(t, err)
		} else if u := resp.Usage; u.InputTokens < 0 || u.OutputTokens < 0 || u.ReasoningTokens > u.OutputTokens {
			t.Errorf("usage %+v", u)
		}
		var pieces request.Assembler
		var last *request.Response
		for chunk, err := range open(t, v.open, transportFor(v.name, strings.NewReader(body))).Stream(t.Context(), ask()) {
			if err != nil {
				canned.AsError(t, err)
				return
			}
			if last = chunk.Response; last == nil {
				pieces.Add(chunk)
			}
		}
		joined := *last
		pieces.Fill(&joined)
		if joined.Content != last.Content || joined.Reasoning != last.Reasoning || !cmp.Equal(joined.ToolCalls, last.ToolCalls) {
			t.Errorf("the pieces are %+v, the answer is %+v", joined, last)
		}
	})
}
