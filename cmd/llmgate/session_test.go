package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bulk"
)

// session is the command with surroundings that a test can see into.
type session struct {
	in         io.ReadCloser
	out, err   console
	to         io.Writer // standard output, if not out
	env        map[string]string
	cache      string // the user's folder, empty for none
	today      string
	interrupts chan os.Signal
	openState  func(context.Context, string) (*bulk.State, error)
}

func newSession() *session {
	return &session{in: io.NopCloser(strings.NewReader("")), env: map[string]string{}, today: "2026-08-21", interrupts: make(chan os.Signal, 2), openState: bulk.Open}
}

// run runs a command to its end and returns its exit code.
func (s *session) run(t *testing.T, args ...string) int {
	t.Helper()
	now, err := time.Parse(time.DateOnly, s.today)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{
		in: s.in, out: &s.out, err: &s.err, getenv: func(name string) string { return s.env[name] }, now: func() time.Time { return now },
		cacheDir: s.cacheDir, interrupts: s.interrupts, openState: s.openState, listen: func() func() { return func() {} },
	}
	if s.to != nil {
		a.out = s.to
	}
	return a.run(t.Context(), args)
}

func (s *session) cacheDir() (string, error) {
	if s.cache == "" {
		return "", errors.New("no folder for a cache")
	}
	return s.cache, nil
}

// start runs a command beside the test. The exit code comes when it has ended.
func (s *session) start(t *testing.T, args ...string) <-chan int {
	code := make(chan int, 1)
	go func() { code <- s.run(t, args...) }()
	return code
}

// expect runs a command that must end with a code.
func (s *session) expect(t *testing.T, code int, args ...string) {
	t.Helper()
	if got := s.run(t, args...); got != code {
		t.Fatalf("llmgate %q ended with %d, want %d\nstdout: %s\nstderr: %s", args, got, code, s.out.String(), s.err.String())
	}
}

// saysErr demands texts on standard error.
func (s *session) saysErr(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.err.String(), text) {
			t.Errorf("standard error does not say %q:\n%s", text, s.err.String())
		}
	}
}

// inBubble runs a test of the built-in simulator, whose latencies then take no time.
func inBubble(t *testing.T, test func(t *testing.T, s *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newSession()) })
}

// console is an output that several goroutines may write to and a test may wait on.
type console struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{} // closed at the next write
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written != nil {
		close(c.written)
		c.written = nil
	}
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// waitFor blocks until a text was written.
func (c *console) waitFor(text string) {
	for {
		c.mu.Lock()
		if strings.Contains(c.text.String(), text) {
			c.mu.Unlock()
			return
		}
		if c.written == nil {
			c.written = make(chan struct{})
		}
		written := c.written
		c.mu.Unlock()
		<-written
	}
}

// full is an output that takes so many bytes and then no more.
type full struct{ left int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if n := f.left; len(p) > n {
		f.left = 0
		return n, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

// file writes a file of lines into a folder of the test's own.
func file(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prompts.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// objects parses lines of JSON.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, object)
	}
	return list
}

func idsOf(objects []map[string]any) []string {
	var list []string
	for _, o := range objects {
		id, _ := o["id"].(string)
		list = append(list, id)
	}
	return list
}

// gate is a server that shows each request and answers when it is let to.
type gate struct {
	*httptest.Server
	arrived chan *http.Request
	open    chan struct{}
}

func newGate(t *testing.T) *gate {
	g := &gate{arrived: make(chan *http.Request, 1000), open: make(chan struct{})}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		g.arrived <- r
		select {
		case <-g.open:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"done"},"finish_reason":"stop"}]}`)
	}))
	t.Cleanup(g.Close)
	return g
}

// flags send a command's requests to the gate.
func (g *gate) flags(args ...string) []string {
	return append(args, "--model", "openai/m", "--base-url", g.URL+"/v1")
}

// pipe is an input that ends a waiting Read when it is closed, as that of the process does. Its writer is closed when ctx
// ends, so that a failing test leaves nobody waiting.
func pipe(ctx context.Context) (io.ReadCloser, *io.PipeWriter) {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.Close() })
	return r, w
}
