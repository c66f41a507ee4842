package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate"
)

type chatFlags struct {
	gateFlags
	system    string
	maxTokens int
}

func (a *app) chatCommand() *cobra.Command {
	var f chatFlags
	cmd := &cobra.Command{
		Use:   "chat QUESTION",
		Short: "Ask one question and see the answer as it is written",
		Long: `chat sends one question and prints the answer as it comes. The words of the question need no quotes; "-" reads the
question from standard input. The answer alone goes to standard output.`,
		Example: `  llmgate chat "Why is the sky blue?"
  llmgate chat --model openai/gpt-5-mini --system "Answer in one sentence." What is entropy
  git diff | llmgate chat - --model ollama/llama3.2 --system "Write a commit message."`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New(`chat takes a question, or - to read it from standard input; see llmgate chat --help`)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.chat(cmd.Context(), args, &f) },
	}
	f.register(cmd)
	cmd.Flags().StringVarP(&f.system, "system", "s", "", "instructions that stand before the question")
	cmd.Flags().IntVar(&f.maxTokens, "max-tokens", 0, "end the answer after this many tokens")
	return cmd
}

func (a *app) chat(ctx context.Context, args []string, f *chatFlags) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer a.listen()()
	finished := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		select {
		case <-a.interrupts:
			cancel()
			a.in.Close() // the question may be waiting for it
		case <-finished:
		}
	})
	err := a.ask(ctx, args, f)
	close(finished)
	wait.Wait()
	if err != nil && ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New("interrupted")}
	}
	return err
}

func (a *app) ask(ctx context.Context, args []string, f *chatFlags) error {
	req, err := a.question(args, f)
	if err != nil {
		return usage(err)
	}
	gate, err := f.open(ctx, a)
	if err != nil {
		return err
	}
	defer gate.Abort()
	gate.notices.tell(func(line string) { fmt.Fprintln(a.err, line) })
	if err := a.print(gate.Stream(ctx, req)); err != nil {
		return failed(err)
	}
	if gate.standIn {
		fmt.Fprintln(a.err, "\nThe built-in simulator answered, with made-up text. For a real answer add --model, such as --model openai/gpt-5-mini.")
	}
	return nil
}

// print writes the text of a stream as it comes and ends the line.
func (a *app) print(stream iter.Seq2[llmgate.Chunk, error]) error {
	begun := false
	for chunk, err := range stream {
		if err != nil {
			if begun {
				fmt.Fprintln(a.out)
			}
			return err
		}
		begun = begun || chunk.Content != ""
		if _, err := io.WriteString(a.out, chunk.Content); err != nil {
			return err
		}
		if chunk.Response != nil && chunk.Response.FinishReason == llmgate.FinishLength {
			defer fmt.Fprintln(a.err, "llmgate: the answer was cut off at the maximum of tokens")
		}
	}
	_, err := fmt.Fprintln(a.out)
	return err
}

func (a *app) question(args []string, f *chatFlags) (llmgate.Request, error) {
	text := strings.Join(args, " ")
	if text == "-" {
		all, err := io.ReadAll(a.in)
		if err != nil {
			return llmgate.Request{}, err
		}
		text = string(all)
	}
	if strings.TrimSpace(text) == "" {
		return llmgate.Request{}, errors.New("the question is empty")
	}
	req := llmgate.Request{MaxTokens: f.maxTokens}
	if f.system != "" {
		req.Messages = append(req.Messages, llmgate.Message{Role: llmgate.RoleSystem, Content: f.system})
	}
	req.Messages = append(req.Messages, llmgate.Message{Role: llmgate.RoleUser, Content: text})
	return req, req.Validate()
}
