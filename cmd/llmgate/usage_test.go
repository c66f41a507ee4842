package main

import (
	"io"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestWrongUsageEndsWithTwoAndSaysWhatToDo(t *testing.T) {
	prompts := file(t, `{"prompt":"x"}`)
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{"rnu"}, []string{`unknown command "rnu"`, "Did you mean this?", "run"}},
		{[]string{"nonsense", "run", prompts}, []string{`unknown command "nonsense"`}},
		{[]string{"--nonsense"}, []string{"unknown flag: --nonsense"}},
		{[]string{"run"}, []string{"run takes one file of prompts, or - for standard input; see llmgate run --help"}},
		{[]string{"run", prompts, prompts}, []string{"run takes one file of prompts"}},
		{[]string{"run", prompts, "--nonsense"}, []string{"unknown flag: --nonsense"}},
		{[]string{"run", prompts + ".not"}, []string{prompts + ".not: no such file"}},
		{[]string{"run", t.TempDir()}, []string{" is a folder; give a file of prompts"}},
		{[]string{"run", prompts, "--order", "random"}, []string{`order "random": use completion or input`}},
		{[]string{"run", prompts, "--model", ""}, []string{"--model is empty"}},
		{[]string{"chat", "hi", "--model="}, []string{"--model is empty"}},
		{[]string{"run", prompts, "-c", "9223372036854775807"}, []string{"must be between 1 and 100000"}},
		{[]string{"run", prompts, "--concurrency", "0"}, []string{"--concurrency 0: must be at least 1"}},
		{[]string{"run", prompts, "-c", "-3"}, []string{"--concurrency -3: must be at least 1"}},
		{[]string{"run", prompts, "-c", "many"}, []string{`invalid argument "many"`, "--concurrency"}},
		{[]string{"run", prompts, "--model", "gpt-5-mini"}, []string{"write vendor/model, such as openai/gpt-5-mini"}},
		{[]string{"run", prompts, "--model", "nobody/x"}, []string{`no vendor is named "nobody"`, "openai", "mistral"}},
		{[]string{"run", prompts, "--model", "openai/x"}, []string{"no API key: set OPENAI_API_KEY"}},
		{[]string{"run", prompts, "--base-url", "http://localhost:1/v1"}, []string{"--base-url without --model: add --model"}},
		{[]string{"run", prompts, "--model", "openai/x", "--base-url", "localhost:1"}, []string{"must begin with http:// or https://"}},
		{[]string{"chat"}, []string{"chat takes a question, or - to read it from standard input; see llmgate chat --help"}},
		{[]string{"chat", " \t"}, []string{"the question is empty"}},
		{[]string{"chat", "hi", "--max-tokens", "-1"}, []string{"max_tokens: -1 is negative"}},
		{[]string{"chat", "hi", "--model", "openai/x"}, []string{"no API key: set OPENAI_API_KEY"}},
		{[]string{"chat", "hi", "--base-url", "http://localhost:1/v1"}, []string{"--base-url without --model: add --model"}},
		{[]string{"models", "a", "b"}, []string{"models takes one filter; see llmgate models --help"}},
		{[]string{"models", "--nonsense"}, []string{"unknown flag: --nonsense"}},
		{[]string{"models", "--prices", prompts + ".not"}, []string{"--prices: table of models: ", "no such file"}},
		{[]string{"cost", "a", "b"}, []string{"cost takes one file of results, or - for standard input; see llmgate cost --help"}},
		{[]string{"cost"}, []string{"nothing to price: give counts such as --input 1000"}},
		{[]string{"cost", "--input", "1"}, []string{"no model: add --model, such as --model openai/gpt-5-mini"}},
		{[]string{"cost", "--input", "-1", "--model", "gpt-5", "--unit", "x", "--date", "soon"},
			[]string{"--input -1: must not be negative", "--model gpt-5: write vendor/model", "--unit x: write NAME=COUNT", "--date soon: write a day like 2026-01-31"}},
		{[]string{"cost", prompts, "--output", "1"}, []string{"counts and a file of results: give one of them"}},
		{[]string{"cost", prompts + ".not"}, []string{"no such file"}},
		{[]string{"cost", "--input", "1", "--model", "v/m", "--prices", prompts}, []string{prompts + ":1: an entry before the first [section]"}},
		{[]string{"run", prompts, "--prices", prompts}, []string{prompts + ":1: an entry before the first [section]"}},
		{[]string{"sim", "extra"}, []string{`unknown command "extra"`}},
		{[]string{"sim", "--ttft", "soon", "--output-tokens", "uniform(1)", "--fault", "cut", "--tokens-per-second", "-1"},
			[]string{"--ttft: ", "--output-tokens: ", "--fault: ", "--tokens-per-second: "}},
		{[]string{"sim", "--bucket", "hour", "--addr", "127.0.0.1:0"}, []string{"hour", "minute"}},
		{[]string{"sim", "--batch-delay", "soon"}, []string{"--batch-delay", "soon"}},
		{[]string{"sim", "--batch-delay", "-1s", "--batch-expired", "2", "--addr", "127.0.0.1:0"}, []string{"delay and window must not be negative", "probability 2 is not between 0 and 1"}},
		{[]string{"sim", "--rpm", "-1", "--charge", "double", "--addr", "127.0.0.1:0"}, []string{"-1", "double"}},
		{[]string{"sim", "--fault", "cut:0.7", "--fault", "500:0.6", "--addr", "127.0.0.1:0"}, []string{"at most 1 is possible"}},
		{[]string{"version", "extra"}, []string{`unknown command "extra"`}},
	} {
		s := newSession()
		s.in = unread{t}
		if code := s.run(t, test.args...); code != exitUsage || s.out.String() != "" {
			t.Errorf("%q: ended with %d and wrote %q", test.args, code, s.out.String())
		}
		if got := s.err.String(); !strings.HasPrefix(got, "llmgate: ") || strings.Contains(got, "Usage:") {
			t.Errorf("%q: said %q", test.args, got)
		}
		s.saysErr(t, test.want...)
	}
}

// unread is an input that must not be touched.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) { u.t.Error("standard input was read"); return 0, io.EOF }
func (u unread) Close() error             { return nil }

func TestHelpShowsExamplesThatParse(t *testing.T) {
	commands := []string{"", "run", "docs", "plan", "status", "export", "chat", "models", "cost", "bench", "bench compare", "bench limits", "sim", "version"}
	for _, name := range commands {
		args := append(strings.Fields(name), "--help")
		s := newSession()
		s.expect(t, exitOK, args...)
		if got := s.out.String(); !strings.Contains(got, "Examples:\n  ") || !strings.Contains(got, "llmgate "+name) || s.err.String() != "" {
			t.Errorf("%q: said %q and %q", args, got, s.err.String())
		}
	}
	if got := checkHelp(t, (&app{}).command()); got != len(commands) {
		t.Errorf("%d commands, but %d are tested", got, len(commands))
	}
	s := newSession()
	s.expect(t, exitOK)
	if !strings.Contains(s.out.String(), "Usage:") {
		t.Errorf("without arguments: %q", s.out.String())
	}
}

// explainedFlag is a line of help: short and long name, type, and then words.
var explainedFlag = regexp.MustCompile(`^ +(-\w, )?--[a-z0-9-]+( [\w:]+)? {2,}\S+ \S`)

// checkHelp looks at a command and at all below it, and counts them.
func checkHelp(t *testing.T, c *cobra.Command) (n int) {
	t.Helper()
	for line := range strings.Lines(c.LocalFlags().FlagUsages()) {
		if !explainedFlag.MatchString(line) {
			t.Errorf("%s: a flag is not explained: %s", c.Name(), line)
		}
	}
	for line := range strings.Lines(c.Example) {
		_, line, ok := strings.Cut(line, "llmgate ")
		if !ok {
			t.Errorf("%s: the example has no command", c.Name())
			continue
		}
		found, rest, err := c.Root().Find(strings.Fields(line))
		if err == nil {
			err = found.ParseFlags(rest)
		}
		if err != nil || found == c.Root() {
			t.Errorf("%s: the example %q does not parse: %v", c.Name(), line, err)
		}
	}
	for _, below := range c.Commands() {
		n += checkHelp(t, below)
	}
	return n + 1
}

func TestVersion(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "version")
	if !regexp.MustCompile(`^llmgate \S.* \(go1\.\S+, \w+/\w+\)\n$`).MatchString(s.out.String()) {
		t.Errorf("said %q", s.out.String())
	}
	s = newSession()
	s.to = &full{}
	s.expect(t, exitFailed, "version")
	s.saysErr(t, errFull.Error())
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
