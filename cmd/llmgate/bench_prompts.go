package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/sim"
)

// promptFlags say what is asked.
type promptFlags struct {
	file          string
	input, output string
	chosen        func(flag string) bool
}

func (f *promptFlags) register(cmd *cobra.Command) {
	f.chosen = cmd.Flags().Changed
	flags := cmd.Flags()
	flags.StringVar(&f.file, "prompts", "", "ask what is in this file: ShareGPT (a JSON array) or JSONL, as for llmgate run")
	flags.StringVar(&f.input, "input-tokens", "256", "length of made-up prompts: a number, or a distribution such as lognormal(300,0.5); see llmgate sim --help")
	flags.StringVar(&f.output, "output-tokens", "0", "bound on the answers to made-up prompts, as --input-tokens; 0 is none")
}

func (f *promptFlags) source(a *app, seed uint64) (prompt.Source, error) {
	if f.file != "" {
		if f.chosen("input-tokens") || f.chosen("output-tokens") {
			return nil, errors.New("--input-tokens and --output-tokens are for made-up prompts, without --prompts")
		}
		set, err := readFile(a, f.file, readPrompts)
		if err != nil {
			return nil, fmt.Errorf("--prompts: %w", err)
		}
		return set.Source(seed), nil
	}
	input, errInput := sim.ParseDist(f.input)
	output, errOutput := sim.ParseDist(f.output)
	for flag, err := range map[string]*error{"--input-tokens": &errInput, "--output-tokens": &errOutput} {
		if *err != nil {
			*err = fmt.Errorf("%s: %w", flag, *err)
		}
	}
	return prompt.Synthetic{Input: input, Output: output, Seed: seed}.Source(), errors.Join(errInput, errOutput)
}

// readPrompts tells the forms apart by their first character.
func readPrompts(r io.Reader) (set prompt.Set, err error) {
	in := bufio.NewReader(r)
	read := prompt.ReadLines
	for {
		c, _, err := in.ReadRune()
		if err != nil {
			return nil, errors.New("there are no prompts in it")
		}
		if c == '[' {
			read = prompt.ReadShareGPT
		}
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\ufeff' {
			break
		}
	}
	if err := in.UnreadRune(); err != nil {
		return nil, err
	}
	if set, err = read(in); err == nil && len(set) == 0 {
		err = errors.New("there are no prompts in it")
	}
	return set, err
}
