package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench/sim"
)

type simFlags struct {
	limitFlags
	batchFlags
	address             string
	seed                uint64
	ttft, speed, output string
	faults              []string
}

// otherAPIs are those that the simulator speaks besides OpenAI's, with the path of each one's base URL.
var otherAPIs = []struct{ api, path string }{{"Anthropic", ""}, {"Gemini", "/v1beta"}, {"Ollama", ""}}

func (a *app) simCommand() *cobra.Command {
	f := simFlags{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated provider",
		Long: `sim serves the APIs of several vendors on a local port: with made-up answers at the speed asked for, real rate limits
with each vendor's headers, and faults on demand. Clients can't tell it from the vendor on the wire. GET /sim/stats shows
its books. The base URLs:

  OpenAI Chat Completions   http://127.0.0.1:8089/v1
  OpenAI Responses          http://127.0.0.1:8089/v1
  Anthropic Messages        http://127.0.0.1:8089
  Google Gemini             http://127.0.0.1:8089/v1beta
  Ollama                    http://127.0.0.1:8089

Times, speeds and lengths are a number or duration, or a distribution: uniform(low,high), normal(mean,deviation),
lognormal(median,sigma), exp(mean).

A fault is KIND:PROBABILITY, with KIND one of reset, cut, stall, malformed, error-event, drip, or an error status.

Batches of OpenAI, Anthropic and Gemini are answered when they are first asked about, or after --batch-delay; they are kept until
the simulator is stopped.`,
		Example: `  llmgate sim
  llmgate sim --addr 127.0.0.1:9000 --ttft 'lognormal(300ms,0.4)' --tokens-per-second 80
  llmgate sim --rpm 600 --tpm 200000 --bucket second --charge max
  llmgate sim --fault 500:0.05 --fault cut:0.02 --seed 7
  llmgate sim --batch-delay 2m --batch-expired 0.1
  OPENAI_API_KEY=x llmgate run prompts.jsonl --model openai/demo --base-url http://127.0.0.1:8089/v1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serveSim(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.address, "addr", "127.0.0.1:8089", "address to listen on; port 0 takes a free one")
	flags.Uint64Var(&f.seed, "seed", 0, "changes everything random")
	flags.StringVar(&f.ttft, "ttft", "0", "time to the first token")
	flags.StringVar(&f.speed, "tokens-per-second", "0", "speed of writing; 0 is at once")
	flags.StringVar(&f.output, "output-tokens", "uniform(20,120)", "length of the answers")
	f.limitFlags.register(cmd)
	f.batchFlags.register(cmd)
	flags.StringArrayVar(&f.faults, "fault", nil, "strike requests with `KIND:PROBABILITY`; several times if need be")
	return cmd
}

func (f *simFlags) config() (sim.Config, error) {
	cfg := sim.Config{Seed: f.seed, Limits: f.limits(), Batches: f.batches()}
	var faults []error
	for _, d := range []struct {
		flag, text string
		to         *sim.Dist
	}{{"--ttft", f.ttft, &cfg.TTFT}, {"--tokens-per-second", f.speed, &cfg.TokensPerSecond}, {"--output-tokens", f.output, &cfg.OutputTokens}} {
		dist, err := sim.ParseDist(d.text)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", d.flag, err))
		}
		*d.to = dist
	}
	for _, text := range f.faults {
		fault, err := sim.ParseFault(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("--fault: %w", err))
		}
		cfg.Faults = append(cfg.Faults, fault)
	}
	return cfg, errors.Join(faults...)
}

// stopWithin is how long requests in flight may take after an interrupt.
const stopWithin = 2 * time.Second

func (a *app) serveSim(ctx context.Context, f *simFlags) error {
	cfg, err := f.config()
	if err != nil {
		return usage(err)
	}
	s, err := sim.New(cfg)
	if err != nil {
		return usage(err)
	}
	defer a.listen()()
	server, err := s.Listen(f.address)
	if err != nil {
		return usage(fmt.Errorf("%w; choose another with --addr", err))
	}
	fmt.Fprintf(a.out, "simulated OpenAI API at %s (any key, any model); interrupt to stop\n", server.URL)
	for _, one := range otherAPIs {
		fmt.Fprintf(a.out, "simulated %s API at %s%s\n", one.api, server.Root, one.path)
	}
	fmt.Fprintf(a.err, "try: llmgate chat hello --model openai/demo --base-url %s\n", server.URL)
	select {
	case <-a.interrupts:
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	st := s.Stats()
	fmt.Fprintf(a.err, "%d requests, %d answered, %d rate-limited, %d faults\n", st.Requests, st.Answered, st.RateLimited, st.Faults)
	return nil
}
