package sim_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestServerURL(t *testing.T) {
	server, err := newSim(t, sim.Config{}).Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if !strings.HasPrefix(server.URL, "http://127.0.0.1:") || !strings.HasSuffix(server.URL, "/v1") || strings.Contains(server.URL, ":0/") {
		t.Errorf("URL %q", server.URL)
	}
	if server.URL != server.Root+"/v1" {
		t.Errorf("root %q of %q", server.Root, server.URL)
	}
}

func address(s *sim.Server) string {
	return strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/v1")
}

func TestServerAddressTaken(t *testing.T) {
	s := newSim(t, sim.Config{})
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if second, err := s.Listen(address(server)); err == nil {
		second.Close()
		t.Errorf("two servers at %s", server.URL)
	}
	if _, err := s.Listen("nowhere"); err == nil {
		t.Error("a server at an address without port")
	}
}

func TestServerCloseTwice(t *testing.T) {
	server, err := newSim(t, sim.Config{}).Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if resp, err := http.Get(server.URL + "/models"); err == nil {
		resp.Body.Close()
		t.Error("a closed server answers")
	}
}

// held is a server with one request in flight, until the gate opens.
type held struct {
	gate   chan struct{}
	server *sim.Server
	answer chan error // of the request
}

func holdOne(t *testing.T) *held {
	t.Helper()
	arrived := make(chan struct{})
	h := &held{gate: make(chan struct{}), answer: make(chan error, 1)}
	s := newSim(t, sim.Config{Respond: func(*sim.Prompt) *sim.Answer {
		close(arrived)
		<-h.gate
		return &sim.Answer{Text: "done"}
	}})
	var err error
	if h.server, err = s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c := &caller{t: t, sim: s, http: &http.Client{Transport: transport}, base: h.server.URL}
	go func() { h.answer <- c.post(ask("Hello")).err }()
	<-arrived
	return h
}

// Shutdown lets what is in flight finish.
func TestServerShutdown(t *testing.T) {
	h := holdOne(t)
	ended := make(chan error)
	go func() { ended <- h.server.Shutdown(context.Background()) }()
	for refused := false; !refused; { // it has begun
		conn, err := net.Dial("tcp", address(h.server))
		if refused = err != nil; !refused {
			conn.Close()
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("Shutdown returned with a request in flight: %v", err)
	default:
	}
	close(h.gate)
	if err := <-h.answer; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// When its context ends, Shutdown gives up, and Close breaks off.
func TestServerShutdownEnds(t *testing.T) {
	h := holdOne(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.server.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if err := h.server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-h.answer; err == nil {
		t.Error("the request in flight got an answer from a closed server")
	}
	close(h.gate)
}
