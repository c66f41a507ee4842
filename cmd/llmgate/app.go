package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/seed63918563/llmgate/bulk"
)

func newApp() *app {
	interrupts := make(chan os.Signal, 2)
	return &app{
		in: newStandardInput(os.Stdin), out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now, cacheDir: os.UserCacheDir,
		openState: bulk.Open, interrupts: interrupts,
		listen: func() func() {
			signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
			return func() { signal.Stop(interrupts) }
		},
	}
}

// asked reports that a person sits there who can be asked.
func (a *app) asked() bool {
	in, ok := a.in.(*standardInput)
	return ok && isTerminal(in.file) && isTerminal(a.err)
}

// isTerminal tells a person's screen from a pipe or a file.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
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
		return nil, usage(errors.New(path + " is a folder; give a file of prompts, or use llmgate docs for a folder of documents"))
	}
	return f, nil
}

// widthOf is that of a screen, in letters, 0 if it is not known.
func widthOf(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
