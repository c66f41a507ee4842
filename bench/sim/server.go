package sim

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Server serves a simulator on a port.
type Server struct {
	// Root is the address, http://127.0.0.1:PORT, from which each dialect forms its base URL.
	Root string
	// URL is the base URL of OpenAI's clients: Root with /v1.
	URL string

	http *http.Server
	done chan error
}

// Listen starts a server; an address of "127.0.0.1:0" takes any free port. Close it.
func (s *Sim) Listen(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	root := "http://" + listener.Addr().String()
	srv := &Server{
		Root: root,
		URL:  root + "/v1",
		http: &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second},
		done: make(chan error, 1),
	}
	go func() { srv.done <- srv.http.Serve(listener) }()
	return srv, nil
}

// Close stops listening, breaks off what is in flight, and waits for the accept loop to end.
func (s *Server) Close() error {
	err := s.http.Close()
	return errors.Join(err, s.wait())
}

// Shutdown stops listening and blocks until requests in flight are answered or ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	return errors.Join(err, s.wait())
}

func (s *Server) wait() error {
	err := <-s.done
	s.done <- http.ErrServerClosed // a second Close finds it ended
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
