package canned

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

// CheckManyCallers: one client serves many callers, each getting its own answer. whole and stream make answers of a text.
func (d *Dialect) CheckManyCallers(t *testing.T, parse Parse, whole, stream func(text string) string) {
	t.Helper()
	client, _ := d.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		req, err := parse(body, "p")
		if err != nil {
			t.Error(err)
			return
		}
		answer := whole
		if strings.Contains(string(body), `"stream":true`) {
			answer = stream
		}
		fmt.Fprint(w, answer(req.Messages[0].Content))
	})
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			req := Ask()
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
