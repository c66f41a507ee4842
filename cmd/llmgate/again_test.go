package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCommandToGoOnIsForAShell(t *testing.T) {
	for _, args := range [][]string{
		{"docs", "my notes", "--prompt", "What's {{.name}} about? $HOME `x`\n\"!\"", "-o", "out.jsonl"}, {"run", "a.jsonl", "--unknown="}, {"run", "", "*"},
	} {
		command := (&app{args: args}).goOn()
		words, ok := strings.CutPrefix(command, "llmgate ")
		if !ok {
			t.Fatalf("%q", command)
		}
		got, err := exec.Command("sh", "-c", `printf '%s\0' `+words).Output()
		if err != nil {
			t.Fatal(err)
		}
		if list := strings.Split(strings.TrimSuffix(string(got), "\x00"), "\x00"); !slices.Equal(list, args) {
			t.Errorf("a shell makes %q of %q, want %q", list, command, args)
		}
	}
	if got := (&app{args: []string{"run", "-", "-o", "x"}}).goOn(); got != "llmgate run - -o x   # with the same input" {
		t.Errorf("got %q", got)
	}
}

// Calls that a second interrupt cut off were stopped, not killed, and the command that is printed takes them up again.
func TestSecondInterruptLeavesAStateToGoOnFrom(t *testing.T) {
	g, s := newGate(t), newSession()
	out, prompts := filepath.Join(t.TempDir(), "answers.jsonl"), distinct(t)
	s.env["OPENAI_API_KEY"] = "key"
	args := g.flags("run", prompts, "-c", "2", "-o", out)
	code := s.start(t, args...)
	<-g.arrived
	<-g.arrived
	s.interrupts <- os.Interrupt
	s.interrupts <- os.Interrupt
	if got := <-code; got != exitInterrupted {
		t.Fatalf("ended with %d: %s", got, s.err.String())
	}
	s.saysErr(t, "to go on:\n  llmgate "+strings.Join(args, " ")+"\n")
	close(g.open)
	next := newSession()
	next.env = s.env
	next.expect(t, exitOK, args...)
	next.saysErr(t, "5 answered, 0 failed", "In flight when a run before was stopped: ")
	if got := len(objects(t, contents(t, out))); got != 5 {
		t.Errorf("%d results were written", got)
	}
}
