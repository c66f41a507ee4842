package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary builds the real command.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llmgate")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// process is the command as a process, with the caller's end of its streams.
type process struct {
	*exec.Cmd
	in       io.WriteCloser
	out      io.ReadCloser
	messages console
}

func startProcess(t *testing.T, path string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(path, args...)}
	p.Env = append(os.Environ(), "LLMGATE_MODEL=", "OPENAI_API_KEY=")
	p.Stderr = &p.messages
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if p.out, err = p.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Kill() // does nothing to one that has ended
		p.Wait()
	})
	return p
}

// code waits for the end and returns the exit code, -1 for a process that a signal ended.
func (p *process) code(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

func (p *process) interrupt(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

func TestProcess(t *testing.T) {
	path := binary(t)
	for name, test := range map[string]func(*testing.T, string){
		"answers the examples":                         processRuns,
		"finishes what is in flight at an interrupt":   processDrains,
		"is killed, and goes on":                       processKilled,
		"is interrupted while it waits for input":      processWaitsForInput,
		"is interrupted while it waits for a question": processWaitsForQuestion,
		"ends when nobody reads its output":            processWithoutReader,
		"lists models for a reader that leaves":        processListsToNobody,
		"serves the simulator until interrupted":       processServes,
	} {
		t.Run(name, func(t *testing.T) { test(t, path) })
	}
}

func processRuns(t *testing.T, path string) {
	p := startProcess(t, path, "run", examples)
	out, err := io.ReadAll(p.out)
	if code := p.code(t); code != exitOK || err != nil || len(objects(t, string(out))) != 200 {
		t.Errorf("ended with %d after %d bytes, %v: %s", code, len(out), err, p.messages.String())
	}
	if got := p.messages.String(); !strings.Contains(got, "200 answered, 0 failed") || strings.Contains(got, "\r") {
		t.Errorf("said %q", got)
	}
}

func processDrains(t *testing.T, path string) {
	g := newGate(t)
	p := startProcess(t, path, g.flags("run", five(t), "-c", "2")...)
	<-g.arrived
	<-g.arrived
	p.interrupt(t)
	p.messages.waitFor(drainNotice)
	close(g.open)
	out, err := io.ReadAll(p.out)
	if code := p.code(t); code != exitInterrupted || err != nil || len(objects(t, string(out))) != 2 {
		t.Errorf("ended with %d and wrote %s, %v: %s", code, out, err, p.messages.String())
	}
}

func processKilled(t *testing.T, path string) {
	g, out := newGate(t), filepath.Join(t.TempDir(), "out")
	args := g.flags("run", five(t), "--order", "input", "-c", "1", "-o", out)
	p := startProcess(t, path, args...)
	<-g.arrived
	p.Process.Kill()
	p.code(t)
	close(g.open)
	s := newSession()
	s.expect(t, exitOK, args...)
	s.saysErr(t, "5 answered, 0 failed", "In flight when a run before was killed: 0.")
}

func processWaitsForInput(t *testing.T, path string) {
	p := startProcess(t, path, "run", "-")
	io.WriteString(p.in, "{\"prompt\":\"x\"}\n")
	line, err := bufio.NewReader(p.out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, `{"id":"line-1","content":`) {
		t.Fatalf("got %q, %v", line, err)
	}
	p.interrupt(t)
	if code := p.code(t); code != exitInterrupted {
		t.Errorf("ended with %d: %s", code, p.messages.String())
	}
}

func processWaitsForQuestion(t *testing.T, path string) {
	p := startProcess(t, path, "chat", "-")
	// More than a pipe holds: when it is written the process has begun to read.
	if _, err := io.WriteString(p.in, strings.Repeat("x", 1<<20)); err != nil {
		t.Fatal(err)
	}
	p.interrupt(t)
	if code := p.code(t); code != exitInterrupted {
		t.Errorf("ended with %d: %s", code, p.messages.String())
	}
}

// As in llmgate run … | head -1: the system ends a process that writes to such a pipe, or the write fails.
func processWithoutReader(t *testing.T, path string) {
	var lines []string
	for range 1000 {
		lines = append(lines, `{"prompt":"`+strings.Repeat("x", 100)+`"}`)
	}
	p := startProcess(t, path, "run", file(t, lines...))
	if _, err := bufio.NewReader(p.out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.out.Close()
	if code := p.code(t); code == exitOK {
		t.Errorf("ended as if all were well: %s", p.messages.String())
	}
}

// As in llmgate models | head -1, where nothing is wrong.
func processListsToNobody(t *testing.T, path string) {
	p := startProcess(t, path, "models")
	line, err := bufio.NewReaderSize(p.out, 16).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "VENDOR ") {
		t.Fatalf("got %q, %v", line, err)
	}
	p.out.Close()
	p.code(t) // the system ends a process that writes to such a pipe
	if got := p.messages.String(); got != "" {
		t.Errorf("said %q", got)
	}
}

func processServes(t *testing.T, path string) {
	p := startProcess(t, path, "sim", "--addr", "127.0.0.1:0")
	line, err := bufio.NewReader(p.out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := strings.Fields(strings.TrimPrefix(line, "simulated OpenAI API at "))[0]
	s := newSession()
	s.expect(t, exitOK, "chat", "hello", "--model", "openai/demo", "--base-url", url)
	p.interrupt(t)
	if code := p.code(t); code != exitOK || !strings.Contains(p.messages.String(), "1 requests, 1 answered") {
		t.Errorf("ended with %d: %s", code, p.messages.String())
	}
}
