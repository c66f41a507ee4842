package openai_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// One connection must carry any mixture of calls one after the other.
func TestConnectionIsReusedAcrossCalls(t *testing.T) {
	n := 0
	client, connections := tested.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		switch n % 3 {
		case 0:
			http.Error(w, `{"error":{"message":"no"}}`, http.StatusInternalServerError)
		case 1:
			fmt.Fprint(w, message(`"content":"a"`, `"stop"`))
		default:
			canned.Flush(w, wholeStream)
		}
	})
	for i := range 30 {
		var err error
		if i%3 == 1 {
			_, err = request.Collect(client.Stream(t.Context(), canned.Ask()))
		} else {
			_, err = client.Complete(t.Context(), canned.Ask())
		}
		if (i%3 == 2) != (err != nil) {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("30 calls took %d connections", got)
	}
}

// One client must serve many callers, each getting its own answer.
func TestManyCallersOfOneClient(t *testing.T) {
	whole := func(text string) string { return message(fmt.Sprintf(`"content":%q`, text), `"stop"`) }
	tested.CheckManyCallers(t, openai.ParseRequest, whole, func(text string) string {
		var b strings.Builder
		for _, c := range text {
			fmt.Fprintf(&b, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", string(c))
		}
		return b.String() + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
	})
}
