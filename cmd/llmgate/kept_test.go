package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk"
)

// distinct are five items, none of which is a question that another has asked already.
func distinct(t *testing.T) string {
	var lines []string
	for i := range 5 {
		lines = append(lines, fmt.Sprintf(`{"id":"%d","prompt":"question %d","max_tokens":100}`, i, i))
	}
	return file(t, lines...)
}

func TestTheSameCommandGoesOnWhereItWasStopped(t *testing.T) {
	g, s := newGate(t), newSession()
	out, prompts := filepath.Join(t.TempDir(), "answers.jsonl"), distinct(t)
	s.env["OPENAI_API_KEY"] = "key"
	code := s.start(t, g.flags("run", prompts, "-c", "2", "-o", out)...)
	<-g.arrived
	<-g.arrived
	s.interrupts <- os.Interrupt
	s.err.waitFor(drainNotice)
	close(g.open)
	if got := <-code; got != exitInterrupted {
		t.Fatalf("ended with %d: %s", got, s.err.String())
	}
	s.saysErr(t, "2 answered, 0 failed", "interrupted: items without a result were not answered; to go on:\n  llmgate run "+prompts+" -c 2 -o "+out+" --model openai/m --base-url "+g.URL+"/v1\n")
	if got := len(objects(t, contents(t, out))); got != 2 {
		t.Fatalf("%d results were written", got)
	}
	s.expect(t, exitOK, g.flags("run", prompts, "-c", "2", "-o", out)...)
	s.saysErr(t, "3 answered, 0 failed", "2 were done before (0 of them failed), and cost nothing now")
	got := idsOf(objects(t, contents(t, out)))
	slices.Sort(got)
	if !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) || len(g.arrived) != 3 {
		t.Errorf("results of %v, and %d were sent the second time", got, len(g.arrived))
	}
}

func TestKeptRunsSayWhatIsWrong(t *testing.T) {
	out := filepath.Join(t.TempDir(), "answers.csv")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", file(t, `{"id":"a","prompt":"x"}`, `nonsense`), "-o", out, "--format", "csv")
		s.saysErr(t, "1 answered, 1 failed (invalid 1)", out+bulk.FailuresSuffix)
		if got := contents(t, out); !strings.HasPrefix(got, "id,content,") || strings.Count(got, "\na,") != 1 {
			t.Errorf("the table is %q", got)
		}
	})
	for flags, want := range map[string]string{
		"--format xml":    `format "xml": use jsonl, batch, csv or text`,
		"--unknown guess": `unknown "guess": use hold or fail`,
		"--unknown=":      "--unknown is empty",
	} {
		s := newSession()
		s.expect(t, exitUsage, append([]string{"run", file(t, `{"prompt":"x"}`), "-o", filepath.Join(t.TempDir(), "o")}, strings.Fields(flags)...)...)
		s.saysErr(t, want)
	}
}

func TestTwoRunsOfOneOutput(t *testing.T) {
	g, s := newGate(t), newSession()
	out := filepath.Join(t.TempDir(), "answers.jsonl")
	s.env["OPENAI_API_KEY"] = "key"
	code := s.start(t, g.flags("run", distinct(t), "-o", out)...)
	<-g.arrived
	second := newSession()
	second.expect(t, exitUsage, "run", distinct(t), "-o", out)
	second.saysErr(t, "in use", out)
	reader := newSession()
	reader.expect(t, exitOK, "status", out)
	if !strings.Contains(reader.out.String(), "0 answered, 0 failed, ") {
		t.Errorf("while the run goes on: %q", reader.out.String())
	}
	close(g.open)
	if got := <-code; got != exitOK {
		t.Errorf("the first ended with %d: %s", got, s.err.String())
	}
}

func TestABudgetSaysWhatMoreWouldBuy(t *testing.T) {
	out := filepath.Join(t.TempDir(), "answers.jsonl")
	s := newSession()
	s.env["OPENAI_API_KEY"] = "key"
	g := newGate(t)
	close(g.open)
	args := []string{"run", distinct(t), "-o", out, "--base-url", g.URL + "/v1", "--model", "openai/gpt-4o-mini", "--budget"}
	s.expect(t, exitFailed, append(args, "0.000001usd")...)
	s.saysErr(t, "0 answered, 0 failed", "The budget is used up: ", "5 items are not answered; the same command goes on with a higher budget")
	s.expect(t, exitOK, append(args, "1usd")...)
}

func TestProgressIsToldFromTimeToTimeWhereNobodyWatches(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-", "-o", filepath.Join(t.TempDir(), "out"))
		fmt.Fprintln(w, `{"id":"a","prompt":"x"}`)
		s.err.waitFor("1 done, 0 failed, 0 in flight, 0.1/s")
		w.Close()
		if got := <-code; got != exitOK {
			t.Errorf("ended with %d: %s", got, s.err.String())
		}
	})
}
