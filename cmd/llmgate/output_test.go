package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// contents reads a file.
func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOutputGoesToTheFile(t *testing.T) {
	prompts := file(t, `{"id":"a","prompt":"x"}`, `{"id":"b","prompt":"y"}`)
	for _, before := range []string{"no such file", "empty", "link to nothing"} {
		inBubble(t, func(t *testing.T, s *session) {
			out := filepath.Join(t.TempDir(), "answers.jsonl")
			switch before {
			case "empty":
				os.WriteFile(out, nil, 0o600)
			case "link to nothing":
				os.Symlink(out+".real", out)
			}
			s.expect(t, exitOK, "run", prompts, "-o", out)
			if got := objects(t, contents(t, out)); len(got) != 2 || s.out.String() != "" {
				t.Errorf("%s: the file holds %v, standard output %q", before, got, s.out.String())
			}
			s.saysErr(t, "2 answered")
		})
	}
}

func TestOutputIsNotWrittenOver(t *testing.T) {
	prompts := file(t, `{"id":"a","prompt":"x"}`)
	inBubble(t, func(t *testing.T, s *session) {
		out := file(t, "paid for")
		s.expect(t, exitUsage, "run", prompts, "-o", out)
		s.saysErr(t, "-o "+out+" has content already; give another name, or --overwrite")
		if got := contents(t, out); got != "paid for" {
			t.Errorf("the file holds %q", got)
		}
		s.expect(t, exitOK, "run", prompts, "-o", out, "--overwrite")
		if got := objects(t, contents(t, out)); len(got) != 1 || got[0]["id"] != "a" {
			t.Errorf("the file holds %v", got)
		}
	})
}

func TestOutputIsNeverTheInput(t *testing.T) {
	const text = `{"prompt":"x"}`
	prompts := file(t, text)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Link(prompts, link); err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(t *testing.T, s *session) {
		for _, out := range []string{prompts, filepath.Dir(prompts) + "/./" + filepath.Base(prompts), link} {
			s.expect(t, exitUsage, "run", prompts, "-o", out, "--overwrite")
			s.saysErr(t, "-o "+out+" is the input; give another name")
		}
		in, err := os.Open(prompts)
		if err != nil {
			t.Fatal(err)
		}
		s.in = newStandardInput(in)
		s.expect(t, exitUsage, "run", "-", "-o", link, "--overwrite")
		if got := contents(t, prompts); got != text {
			t.Errorf("the input now holds %q", got)
		}
		in.Close()
	})
}

func TestOutputThatCannotBeOpened(t *testing.T) {
	prompts, folder := file(t, `{"prompt":"x"}`), t.TempDir()
	for out, want := range map[string]string{
		filepath.Join(folder, "none", "answers.jsonl"): "create it first",
		folder: "is a folder",
	} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, exitUsage, "run", prompts, "-o", out)
			s.saysErr(t, out, want)
		})
	}
}

func TestWrongFlagsLeaveTheOutputAlone(t *testing.T) {
	prompts := file(t, `{"prompt":"x"}`)
	for _, wrong := range [][]string{{"--order", "random"}, {"-c", "0"}, {"--model", "openai/x"}} {
		out := file(t, "paid for")
		s := newSession()
		s.expect(t, exitUsage, append(wrong, "run", prompts, "-o", out, "--overwrite")...)
		if got := contents(t, out); got != "paid for" {
			t.Errorf("%q: the file holds %q", wrong, got)
		}
	}
}

func TestFullOutputEndsTheRun(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.to = &full{left: 1000}
		s.expect(t, exitFailed, "run", examples)
		s.saysErr(t, "llmgate: can't write the results: "+errFull.Error(), " answered, 0 failed")
		if strings.Contains(s.err.String(), "200 answered") {
			t.Errorf("the run went on: %s", s.err.String())
		}
	})
}

func TestFullOutputEndsTheRunThoughMoreInputMayCome(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in, s.to = in, &full{}
		code := s.start(t, "run", "-")
		fmt.Fprintln(w, `{"prompt":"x"}`)
		if got := <-code; got != exitFailed {
			t.Errorf("ended with %d: %s", got, s.err.String())
		}
		s.saysErr(t, "can't write the results")
	})
}

// The results of finished items must be on their way to the disk while others are in flight.
func TestResultsAreWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, out := newSession(), filepath.Join(t.TempDir(), "answers.jsonl")
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-", "-o", out)
		fmt.Fprintln(w, `{"id":"a","prompt":"x"}`)
		time.Sleep(time.Minute) // in which the simulator has long answered
		synctest.Wait()
		if got := objects(t, contents(t, out)); len(got) != 1 {
			t.Errorf("while the input is open, the file holds %v", got)
		}
		w.Close()
		if got := <-code; got != exitOK {
			t.Errorf("ended with %d: %s", got, s.err.String())
		}
	})
}
