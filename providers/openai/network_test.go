package openai_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// realServer serves over loopback and counts connections; the client gets a transport of its own.
func realServer(t *testing.T, h http.HandlerFunc) (*openai.Client, *atomic.Int64) {
	t.Helper()
	connections := new(atomic.Int64)
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	transport := wire.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	client, err := openai.New(openai.Config{BaseURL: s.URL, Model: "m", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return client, connections
}

// One connection must carry any mixture of calls one after the other.
func TestConnectionIsReusedAcrossCalls(t *testing.T) {
	n := 0
	client, connections := realServer(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		switch n % 3 {
		case 0:
			http.Error(w, `{"error":{"message":"no"}}`, http.StatusInternalServerError)
		case 1:
			fmt.Fprint(w, message(`"content":"a"`, `"stop"`))
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			for event := range strings.SplitAfterSeq(wholeStream, "\n\n") {
				fmt.Fprint(w, event)
				w.(http.Flusher).Flush()
			}
		}
	})
	for i := range 30 {
		var err error
		if i%3 == 1 {
			_, err = request.Collect(client.Stream(t.Context(), ask()))
		} else {
			_, err = client.Complete(t.Context(), ask())
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
	client, _ := realServer(t, func(w http.ResponseWriter, r *http.Request) {
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
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			req := ask()
			req.Messages[0].Content = strings.Repeat(fmt.Sprint(i, "-"), 1+i%40)
			var resp *request.Response
			var err error
			if i%2 == 0 {
				resp, err = client.Complete(t.Context(), req)
			} else {
				resp, err = request.Collect(client.Stream(t.Context(), req))
			}
			if err != nil || resp.Content != req.Messages[0].Content {
				t.Errorf("caller %d: %+v, %v", i, resp, err)
			}
		})
	}
	wait.Wait()
}
