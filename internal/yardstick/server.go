// Package yardstick is what the benchmarks of the dialects share: a server in a process of its own, the client that an
// engineer writes by hand with net/http and encoding/json, and the measuring. Each dialect brings its requests and answers.
package yardstick

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// variable makes a test binary act as the benchmark's server, so that the server's CPU and allocations are those of another
// process.
const variable = "LLMGATE_BENCH_SERVE"

// Server answers every request to a path with the same answer.
type Server struct {
	Header  http.Header
	Answers map[string]Answer
}

// Answer is given in one piece, or where a stream is asked for event by event. An API that has a path for streams has no
// whole answer there. Delay passes before it. Header is added to the server's.
type Answer struct {
	Whole  string
	Events []string
	Delay  time.Duration
	Header http.Header
}

// ServeIfAsked turns the process into the server if Start has started it. It belongs at the beginning of TestMain.
func (s Server) ServeIfAsked() {
	if os.Getenv(variable) == "" {
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	server := http.Server{Handler: newHolding(s), Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	panic(server.Serve(listener))
}

// ServeHTTP answers one request.
func (s Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	maps.Copy(w.Header(), s.Header)
	answer := s.Answers[strings.TrimPrefix(r.URL.Path, heldPath)]
	maps.Copy(w.Header(), answer.Header)
	time.Sleep(answer.Delay)
	if answer.Whole != "" && !wantsStream(body) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer.Whole)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range answer.Events {
		_, _ = io.WriteString(w, e)
		w.(http.Flusher).Flush()
	}
}

// wantsStream finds the wish in compact JSON and, as some clients send it, in indented JSON.
func wantsStream(body []byte) bool {
	return bytes.Contains(body, []byte(`"stream":true`)) || bytes.Contains(body, []byte(`"stream": true`))
}

// Start runs the server until the benchmark ends and returns its address.
func Start(b *testing.B) string {
	b.Helper()
	root, stop, err := Launch()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(stop)
	return root
}

// Launch runs the server until stop, which blocks until it has ended, and returns its address.
func Launch() (root string, stop func(), err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server did not tell its address: %w", err)
	}
	return "http://" + strings.TrimSpace(line), stop, nil
}
