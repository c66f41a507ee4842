package anthropic_test

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
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// realServer serves over loopback and counts connections; the client gets a transport of its own.
func realServer(t *testing.T, h http.HandlerFunc) (*anthropic.Client, *atomic.Int64) {
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
	return clientOver(t, transport, func(c *anthropic.Config) { c.BaseURL = s.URL }), connections
}

// One connection must carry any mixture of calls one after the other.
func TestConnectionIsReusedAcrossCalls(t *testing.T) {
	n := 0
	client, connections := realServer(t, func(w http.ResponseWriter, r *http.Request) {
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
			w.Header().Set("Content-Type", "text/event-stream")
			for event := range strings.SplitAfterSeq(textStream, "\n\n") {
				fmt.Fprint(w, event)
				w.(http.Flusher).Flush()
			}
		}
	})
	for i := range 40 {
		var err error
		switch i % 4 {
		case 1:
			_, err = client.CountTokens(t.Context(), ask())
		case 2:
			_, err = request.Collect(client.Stream(t.Context(), ask()))
		default:
			_, err = client.Complete(t.Context(), ask())
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
	client, _ := realServer(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		req, err := anthropic.ParseRequest(raw, "p")
		if err != nil {
			t.Error(err)
			return
		}
		text := req.Messages[0].Content
		if strings.Contains(string(raw), `"stream":true`) {
			fmt.Fprint(w, streamed("end_turn", textBlock(0, strings.SplitAfter(text, "-")...)...))
			return
		}
		fmt.Fprint(w, whole(fmt.Sprintf(`{"type":"text","text":%q}`, text), `"end_turn"`))
	})
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			req := withMessages(user(strings.Repeat(fmt.Sprint(i, "-"), 1+i%40)))
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
