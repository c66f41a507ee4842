package openai_test

import (
	"fmt"
	"io"
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
	client, _ := tested.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		req, err := openai.ParseRequest(raw, "p")
		if err != nil {
			t.Error(err)
			return
		}
		text := req.Messages[0].Content
		if strings.Contains(string(raw), `"stream":true`) {
			for _, c := range text {
				fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", string(c))
			}
			fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
			return
		}
		fmt.Fprint(w, message(fmt.Sprintf(`"content":%q`, text), `"stop"`))
	})
	canned.CheckManyCallers(t, client)
}
