// Command llmgate runs LLM requests from the shell: a file of prompts, a question, or a simulated provider to try both on.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1 // some items failed, or the work could not be finished
	exitUsage       = 2 // wrong usage or configuration; nothing was sent
	exitInterrupted = 130
)

// app is the process's surroundings, so that a test can give others.
type app struct {
	in       io.ReadCloser
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	// cacheDir is the user's folder for what can be fetched again.
	cacheDir func() (string, error)
	// args are what the command was called with.
	args []string
	// openState opens what is kept beside an output.
	openState func(ctx context.Context, output string) (*bulk.State, error)
	// interrupts delivers the user's wish to stop: the first ends politely, the second at once. Between listen and the
	// release it returns, signals go there and do not kill the process.
	interrupts <-chan os.Signal
	listen     func() (release func())
}

func main() {
	os.Exit(newApp().run(context.Background(), os.Args[1:]))
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	a.args = args
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitUsage
	if e, ok := errors.AsType[*exitError](err); ok {
		code = e.code
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(a.err, "llmgate:", plain(text))
	}
	return code
}

// plain takes the names of packages, as which errors of the library begin, from the lines of a text.
func plain(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for _, name := range []string{"llmgate: ", "bulk: ", "document: "} {
			line = strings.TrimPrefix(line, name)
		}
		b.WriteString(line)
	}
	return b.String()
}

// exitError is an error with an exit code. Its text may be empty where everything has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func failed(err error) error { return &exitError{exitFailed, err} }
func usage(err error) error  { return &exitError{exitUsage, err} }

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "llmgate",
		Short: "Run LLM requests: one or millions, over every provider",
		Long: `llmgate runs LLM requests over every provider.

Models are named vendor/model, such as openai/gpt-5-mini or ollama/llama3.2; the key is read from the vendor's usual
environment variable (OPENAI_API_KEY, …). Without --model and LLMGATE_MODEL the built-in simulator answers: no key, no
network, no cost, and made-up text.

Exit codes: 0 all well, 1 some items failed, 2 wrong usage or configuration, 130 interrupted.`,
		Example: `  llmgate run examples/prompts.jsonl
  llmgate run prompts.jsonl --model openai/gpt-5-mini -o answers.jsonl
  llmgate docs reports --prompt "Summarise in three sentences." -o summaries.jsonl
  llmgate plan prompts.jsonl --model openai/gpt-5-mini
  llmgate status answers.jsonl
  llmgate chat "Why is the sky blue?" --model openai/gpt-5-mini
  llmgate models claude
  llmgate cost answers.jsonl
  llmgate bench --rpm 600 --rate 20 --duration 30s
  llmgate sim --rpm 60`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.runCommand(), a.docsCommand(), a.planCommand(), a.statusCommand(), a.exportCommand(), a.chatCommand(), a.modelsCommand(), a.costCommand(), a.benchCommand(), a.simCommand(), a.versionCommand())
	return root
}
