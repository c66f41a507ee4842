package contract

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// manyCases have many callers share a client.
var manyCases = []check{
	{name: "1000 goroutines on one client", run: thousand},
	{name: "goroutines over sockets, and nothing left", needs: []Feature{Wire}, run: overSockets, live: true},
}

// crowd has n goroutines ask one client at once, each its own question, which the provider repeats.
func crowd(ctx context.Context, client request.Client, n, each int) error {
	var mu sync.Mutex
	var failed []error
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			for j := range each {
				text := strings.Repeat(fmt.Sprintf("%d/%d ", i, j), 1+i%20)
				end, err := ways[(i+j)%len(ways)].ask(ctx, client, ask(text))
				switch {
				case err != nil:
				case end.err != nil:
					err = end.raw
				case end.response.Content != text:
					err = fmt.Errorf("asked %s, a caller got the answer %s", brief(text), brief(end.response.Content))
				}
				if err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d calls went wrong, the first so: %w", len(failed), n*each, failed[0])
	}
	return nil
}

func thousand(s *stage) error {
	const n = 1000
	set := setting{Config: echoes()}
	set.TTFT = sim.Constant(1)
	client, p := s.open(set)
	if err := crowd(s.ctx, client, n, 1); err != nil {
		return err
	}
	if !s.has(Wire) {
		return nil
	}
	return want("the most requests at once", p.sim.Stats().PeakInFlight, int64(n))
}

// overSockets runs the crowd over loopback, and then looks for what is left.
func overSockets(s *stage) error {
	before := goleak.IgnoreCurrent()
	var connections atomic.Int64
	transport, closeServer, err := s.serve(&connections)
	if err != nil {
		return err
	}
	client, _ := s.open(setting{Config: echoes(), instead: transport})
	err = crowd(s.ctx, client, 64, 4)
	for range 10 {
		for range client.Stream(s.ctx, ask("A question that is left before it is answered, and whose answer is a little longer.")) {
			break
		}
	}
	transport.CloseIdleConnections()
	connections.Store(0)
	err = errors.Join(err,
		crowd(s.ctx, client, 1, 20),
		want("the connections used by 20 calls one after the other", connections.Load(), int64(1)),
	)
	transport.CloseIdleConnections()
	if err := errors.Join(err, closeServer()); err != nil {
		return err
	}
	return goleak.Find(before)
}

// serve puts a simulator behind real sockets, and gives a transport that takes every address for its own.
func (s *stage) serve(connections *atomic.Int64) (*http.Transport, func() error, error) {
	simulator, err := sim.New(echoes())
	if err != nil {
		return nil, nil, err
	}
	server, err := simulator.Listen("127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := strings.TrimSuffix(strings.TrimPrefix(server.URL, "http://"), "/v1")
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{
		MaxIdleConnsPerHost: 1024, DisableCompression: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			connections.Add(1)
			return dialer.DialContext(ctx, network, address)
		},
	}
	return transport, server.Close, nil
}
