package anthropic_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// One connection must carry any mixture of calls one after the other.
func TestConnectionIsReusedAcrossCalls(t *testing.T) {
	n := 0
	client, connections := tested.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		switch n % 4 {
		case 0:
			w.WriteHeader(529)
			fmt.Fprint(w, failing("overloaded_error", "busy"))
		case 1:
			fmt.Fprint(w, whole(`{"type":"text","text":"a"}`, `"end_turn"`))
		case 2:
			fmt.Fprint(w, `{"input_tokens":3}`)
		default:
			canned.Flush(w, textStream)
		}
	})
	for i := range 40 {
		var err error
		switch i % 4 {
		case 1:
			_, err = client.CountTokens(t.Context(), canned.Ask())
		case 2:
			_, err = request.Collect(client.Stream(t.Context(), canned.Ask()))
		default:
			_, err = client.Complete(t.Context(), canned.Ask())
		}
		if (i%4 == 3) != (err != nil) {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("40 calls took %d connections", got)
	}
}

// One client must serve many callers, each getting its own answer.
func TestManyCallersOfOneClient(t *testing.T) {
	tested.CheckManyCallers(t, anthropic.ParseRequest,
		func(text string) string { return whole(fmt.Sprintf(`{"type":"text","text":%q}`, text), `"end_turn"`) },
		func(text string) string {
			return streamed("end_turn", textBlock(0, strings.SplitAfter(text, "-")...)...)
		})
}
