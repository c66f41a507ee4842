package viabatch_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/request"
)

// overSocket runs a test for each vendor over a socket, where empty bodies and those of several parts are net/http's to send.
func overSocket(t *testing.T, cfg sim.Config, test func(*testing.T, request.Batcher)) {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	for name, open := range vendors {
		client, err := open(elsewhere{transport, strings.TrimPrefix(server.Root, "http://")})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

// elsewhere sends requests to another host.
type elsewhere struct {
	*http.Transport
	host string
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	moved := r.Clone(r.Context())
	moved.URL.Host, moved.Host = e.host, e.host
	return e.Transport.RoundTrip(moved)
}

func TestOverASocket(t *testing.T) {
	overSocket(t, sim.Config{}, func(t *testing.T, client request.Batcher) {
		n := 0
		for result, err := range viabatch.Run(t.Context(), viabatch.Config{Client: client, Items: items(5), Poll: time.Millisecond}) {
			if err != nil || result.Err != nil {
				t.Fatalf("%v, %v", err, result.Err)
			}
			n++
		}
		if n != 5 {
			t.Errorf("%d results", n)
		}
	})
}

func TestCancelOverASocket(t *testing.T) {
	overSocket(t, sim.Config{Batches: slow}, func(t *testing.T, client request.Batcher) {
		var batch []request.BatchItem
		for item := range items(2) {
			batch = append(batch, item)
		}
		got, err := client.SubmitBatch(t.Context(), batch)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.CancelBatch(t.Context(), got.ID); err != nil {
			t.Fatal(err)
		}
		if got, err = client.PollBatch(t.Context(), got.ID); err != nil || got.State != request.BatchCanceled {
			t.Errorf("%+v, error %v", got, err)
		}
	})
}
