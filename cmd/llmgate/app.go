package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/providers"
)

func newApp() *app {
	interrupts := make(chan os.Signal, 2)
	return &app{
		in: newStandardInput(os.Stdin), out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now, cacheDir: os.UserCacheDir,
		interrupts: interrupts,
		listen: func() func() {
			signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
			return func() { signal.Stop(interrupts) }
		},
	}
}

// isTerminal tells a person's screen from a pipe or a file.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// modelVariable names the default model.
const modelVariable = "LLMGATE_MODEL"

// simulated is the model of the built-in simulator, the default.
const simulated = "sim/demo"

// modelFlags choose who answers.
type modelFlags struct {
	pricesFlag
	model, baseURL string
	given          func(flag string) bool
}

func (f *modelFlags) register(cmd *cobra.Command) {
	f.given = cmd.Flags().Changed
	cmd.Flags().StringVarP(&f.model, "model", "m", "", "who answers, as vendor/model (default $"+modelVariable+", else the simulator)")
	cmd.Flags().StringVar(&f.baseURL, "base-url", "", "send requests to this server instead of the vendor's own")
	f.pricesFlag.register(cmd)
}

// name is the model asked for, and whether the simulator stands in because none was.
func (f *modelFlags) name(getenv func(string) string) (name string, standIn bool) {
	if f.model != "" {
		return f.model, false
	}
	if name = getenv(modelVariable); name != "" {
		return name, false
	}
	return simulated, true
}

func (f *modelFlags) open(ctx context.Context, a *app) (client llmgate.Client, name string, standIn bool, err error) {
	if f.model == "" && f.given("model") {
		return nil, "", false, usage(errors.New("--model is empty; was a variable meant that is not set?"))
	}
	name, standIn = f.name(a.getenv)
	if standIn && f.baseURL != "" {
		return nil, "", false, usage(errors.New("--base-url without --model: add --model, such as --model openai/NAME with the name of a model that the server has"))
	}
	table, err := a.table(&f.pricesFlag)
	if err != nil {
		return nil, "", false, err
	}
	opts := []providers.Option{providers.WithGetenv(a.getenv), providers.WithModels(table)}
	if f.baseURL != "" {
		opts = append(opts, providers.WithBaseURL(f.baseURL))
	}
	client, err = llmgate.Open(ctx, name, opts...)
	if err != nil {
		return nil, "", false, usage(err)
	}
	return client, name, standIn, nil
}

// input opens a file, or standard input for "-".
func (a *app) input(path string) (io.ReadCloser, error) {
	if path == "-" {
		return a.in, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, usage(err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, usage(errors.New(path + " is a folder; give a file of prompts"))
	}
	return f, nil
}
