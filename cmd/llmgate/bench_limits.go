package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/limits"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers"
)

// probeFlags say whose limits are looked for, how far to go, and where the report goes.
type probeFlags struct {
	limitFlags
	pricesFlag
	model, baseURL, maxCost string
	cfg                     limits.Config
	json, yaml              string
	overwrite               bool
	given                   func(flag string) bool
}

func (a *app) benchLimitsCommand() *cobra.Command {
	f := probeFlags{}
	cmd := &cobra.Command{
		Use:   "limits",
		Short: "Find out a provider's rate limits by probing",
		Long: `limits finds out how many requests and tokens a minute a provider lets through, how many at once, what of a request
counts, and how the allowance comes back: as a bucket that refills, a fixed window or a sliding one. Figures come with their
bounds, beside what the headers state; what answers took too long to tell is said to be not sure.

It uses the limits up several times over, so that whoever shares the key is refused meanwhile, and takes some five to thirty
minutes, for limits count in minutes. When a refusal asks to wait, it waits. It costs real money, at most --max-cost, which a
model needs; the worst case is said first. The exit code is 1 if something was not found, or not for sure, within the caps.

Without --model the built-in simulator is probed, with the limits of --rpm, --tpm, --itpm, --otpm and --bucket.`,
		Example: `  llmgate bench limits --model openai/gpt-5-mini --max-cost 1usd
  llmgate bench limits --model anthropic/claude-haiku-4-5 --max-cost 2usd --max-time 40m --json limits.json --yaml limits.yaml
  llmgate bench limits --rpm 600 --tpm 200000 --bucket sliding --no-limit-headers`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.probe(cmd.Context(), &f) },
	}
	f.register(cmd)
	return cmd
}

func (f *probeFlags) register(cmd *cobra.Command) {
	f.given = cmd.Flags().Changed
	flags := cmd.Flags()
	flags.StringVarP(&f.model, "model", "m", "", "whose limits, as vendor/model (default $"+modelVariable+", else the simulator)")
	flags.StringVar(&f.baseURL, "base-url", "", "send requests to this server instead of the vendor's own")
	flags.StringVar(&f.maxCost, "max-cost", "", "probing costs at most this, such as 1usd; required with a model that has a price")
	flags.DurationVar(&f.cfg.MaxDuration, "max-time", limits.DefaultMaxDuration, "probing takes at most so long")
	flags.IntVar(&f.cfg.MaxRequests, "max-requests", limits.DefaultMaxRequests, "probing sends at most so many requests")
	flags.IntVar(&f.cfg.MaxPrompt, "max-prompt", limits.DefaultMaxPrompt, "prompts have at most so many tokens")
	flags.IntVar(&f.cfg.MaxAnswer, "max-answer", limits.DefaultMaxAnswer, "answers have at most so many tokens")
	flags.IntVar(&f.cfg.AtOnce, "at-once", limits.DefaultAtOnce, "a burst has at most so many requests at the same time")
	flags.DurationVar(&f.cfg.Rest, "rest", limits.DefaultRest, "after so long without use every limit is whole again")
	flags.StringVar(&f.json, "json", "", "write the report to this file as JSON")
	flags.StringVar(&f.yaml, "yaml", "", "write the limits to this file, to be pasted into a configuration")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace these files if they have content")
	f.pricesFlag.register(cmd)
	f.limitFlags.register(cmd)
}

func (a *app) probe(ctx context.Context, f *probeFlags) error {
	cfg, err := f.config(ctx, a)
	if err != nil {
		return usage(err)
	}
	files, err := f.open()
	if err != nil {
		return err
	}
	ctx, interrupted := a.untilInterrupt(ctx)
	rep, err := limits.Find(ctx, cfg)
	stopped := interrupted()
	if rep == nil {
		return errors.Join(usage(err), files.close())
	}
	err = errors.Join(err, rep.Text(a.out), files.write(rep), files.close())
	switch {
	case err != nil:
		return failed(err)
	case stopped:
		return &exitError{exitInterrupted, errors.New("interrupted: the report is of what was known until then")}
	case rep.Stopped != "":
		return failed(fmt.Errorf("not everything was found: %s", rep.Stopped))
	case !rep.Sure():
		return failed(errors.New("not everything was found for sure; the notes say why"))
	}
	return nil
}

// probeFiles are where the report goes besides; nil is nowhere.
type probeFiles struct{ json, yaml *os.File }

func (f *probeFlags) open() (files probeFiles, err error) {
	if f.json != "" {
		if files.json, err = create("--json", f.json, f.overwrite); err != nil {
			return files, err
		}
	}
	if f.yaml != "" {
		if files.yaml, err = create("--yaml", f.yaml, f.overwrite); err != nil {
			return files, errors.Join(err, files.close())
		}
	}
	return files, nil
}

func (files *probeFiles) write(rep *limits.Report) (err error) {
	if files.json != nil {
		err = rep.JSON(files.json)
	}
	if files.yaml != nil {
		err = errors.Join(err, rep.YAML(files.yaml))
	}
	return err
}

func (files *probeFiles) close() (err error) {
	for _, file := range []*os.File{files.json, files.yaml} {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}

// config opens the model, and puts a price on probes.
func (f *probeFlags) config(ctx context.Context, a *app) (cfg limits.Config, err error) {
	cfg = f.cfg
	cfg.Progress = func(text string) { fmt.Fprintln(a.err, "llmgate: "+text) }
	cfg.Name = cmp.Or(f.model, a.getenv(modelVariable), simulated)
	options := []llmgate.Option{providers.WithGetenv(a.getenv)}
	if f.given("model") && f.model == "" {
		return cfg, errors.New("--model is empty; was a variable meant that is not set?")
	}
	if f.baseURL != "" {
		options = append(options, providers.WithBaseURL(f.baseURL))
	}
	if cfg.Name == simulated && f.baseURL == "" {
		return f.simulated(ctx, cfg, options)
	}
	if simulation := f.simulation(); simulation != "" {
		return cfg, fmt.Errorf("--%s is a limit of the simulator; leave it or --model out", simulation)
	}
	if f.maxCost == "" {
		return cfg, errors.New("--max-cost is missing: say what probing may cost, such as --max-cost 1usd")
	}
	if cfg.MaxCost, err = llmgate.ParseMoney(f.maxCost); err != nil || cfg.MaxCost < 0 {
		return cfg, fmt.Errorf("--max-cost %q is not an amount; write 1usd or 0.50", f.maxCost)
	}
	table, err := a.table(&f.pricesFlag)
	if err != nil {
		return cfg, err
	}
	cfg.Worst = worst(table, cfg.Name)
	if _, err := cfg.Worst(&llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: "x"}}, MaxTokens: 1}); err != nil {
		return cfg, fmt.Errorf("--max-cost can't be kept, for nobody knows what %s costs: %w; add its price with --prices", cfg.Name, err)
	}
	cfg.Client, err = llmgate.Open(ctx, cfg.Name, append(options, providers.WithModels(table))...)
	return cfg, err
}

// simulation is the first flag given that sets up the simulator.
func (f *probeFlags) simulation() string {
	for _, flag := range []string{"rpm", "tpm", "itpm", "otpm", "bucket", "charge", "count-rejected", "no-limit-headers"} {
		if f.given(flag) {
			return flag
		}
	}
	return ""
}

// simulated opens the simulator. Its answers are as long as asked for: short to those who ask for an OK, and else without end.
func (f *probeFlags) simulated(ctx context.Context, cfg limits.Config, options []llmgate.Option) (limits.Config, error) {
	s, err := sim.New(sim.Config{OutputTokens: sim.Constant(1000), Limits: f.limitFlags.limits(), Respond: obey})
	if err != nil {
		return cfg, err
	}
	cfg.Worst = func(*llmgate.Request) (llmgate.Money, error) { return 0, nil }
	cfg.Client, err = llmgate.Open(ctx, simulated, append(options, providers.WithTransport(s.Transport()))...)
	return cfg, err
}

// obey answers probes that ask for a short answer.
func obey(p *sim.Prompt) *sim.Answer {
	if strings.Contains(p.Text, "OK") {
		return &sim.Answer{Text: "OK"}
	}
	return nil
}

// worst bounds what a request costs by a table of prices, and the prompt by its bytes.
func worst(table *pricing.Table, name string) func(*llmgate.Request) (llmgate.Money, error) {
	vendor, model := providers.Parse(name)
	return func(req *llmgate.Request) (llmgate.Money, error) {
		quote := table.Estimate(vendor, model, req, llmgate.TokenCount{Estimated: true}, pricing.Service{At: time.Now()})
		return quote.Bound()
	}
}
