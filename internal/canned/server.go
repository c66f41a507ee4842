package canned

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Serve serves over loopback and counts the connections it is given.
func Serve(t testing.TB, h http.HandlerFunc) (url string, connections *atomic.Int64) {
	t.Helper()
	connections = new(atomic.Int64)
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL, connections
}

// Serve makes a client of a server of its own, over a transport of its own.
func (d *Dialect) Serve(t testing.TB, h http.HandlerFunc) (request.Client, *atomic.Int64) {
	t.Helper()
	url, connections := Serve(t, h)
	transport := wire.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	return d.Open(t, transport, url), connections
}

// Flush writes a stream event by event.
func Flush(w http.ResponseWriter, stream string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for event := range strings.SplitAfterSeq(stream, "\n\n") {
		fmt.Fprint(w, event)
		w.(http.Flusher).Flush()
	}
}

// CheckManyCallers: a client whose provider says what it is told serves many callers, each getting its own answer.
func CheckManyCallers(t *testing.T, c request.Client) {
	t.Helper()
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			req := Ask()
			req.Messages[0].Content = strings.Repeat(fmt.Sprint(i, "-"), 1+i%40)
			var resp *request.Response
			var err error
			if i%2 == 0 {
				resp, err = c.Complete(t.Context(), req)
			} else {
				resp, err = request.Collect(c.Stream(t.Context(), req))
			}
			if err != nil || resp.Content != req.Messages[0].Content {
				t.Errorf("caller %d: %+v, %v", i, resp, err)
			}
		})
	}
	wait.Wait()
}
