package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/raw"
	loadreport "github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers"
)

// What a load can go through.
const (
	throughDispatcher = "dispatcher"
	throughClient     = "client"
	throughRaw        = "raw"
)

// benchTarget is what the load goes to.
type benchTarget struct {
	gateFlags
	through string
	bucket  string
	// simulator is the one that stands in, once it has been made.
	simulator *sim.Sim
}

func (f *benchTarget) register(cmd *cobra.Command) {
	f.gateFlags.register(cmd)
	cmd.Flags().StringVar(&f.through, "through", throughDispatcher, "what is measured: dispatcher, client (of the provider) or raw (HTTP by hand)")
	cmd.Flags().StringVar(&f.bucket, "bucket", string(sim.Minute), "how the simulator's --rpm and --tpm come back: minute, second, fixed or sliding")
}

// benched is a client to measure, and its name for people.
type benched struct {
	client  llmgate.Client
	name    string
	standIn bool
	close   func()
}

func (f *benchTarget) open(ctx context.Context, a *app, seed uint64) (*benched, error) {
	if f.through != throughDispatcher && f.through != throughClient && f.through != throughRaw {
		return nil, usage(fmt.Errorf("--through %q: use dispatcher, client or raw", f.through))
	}
	f.furnish = func(cfg *llmgate.Config) error { return f.simulate(cfg, seed) }
	if f.through == throughDispatcher {
		gate, err := f.gateFlags.open(ctx, a)
		if err != nil {
			return nil, err
		}
		gate.notices.tell(func(line string) { fmt.Fprintln(a.err, line) })
		return f.described(gate.names, gate.Gate, gate.standIn, gate.Abort)
	}
	if f.given("budget") {
		return nil, usage(fmt.Errorf("--budget: only the dispatcher keeps to it; leave out --through %s, or bound the load by --requests", f.through))
	}
	cfg, standIn, err := f.read(a)
	if err != nil {
		return nil, usage(err)
	}
	if len(cfg.Targets) > 1 {
		return nil, usage(fmt.Errorf("--through %s takes one model, and here are %d", f.through, len(cfg.Targets)))
	}
	if cfg.Prices, err = a.table(&f.pricesFlag); err != nil {
		return nil, err
	}
	client, err := f.bare(ctx, a, &cfg)
	if err != nil {
		return nil, usage(err)
	}
	return f.described(cfg.Targets[0].Model, client, standIn, func() {})
}

func (f *benchTarget) described(names string, client llmgate.Client, standIn bool, close func()) (*benched, error) {
	if f.given("bucket") && !standIn {
		close()
		return nil, usage(errors.New("--bucket is the simulator's; leave out --model"))
	}
	return &benched{client, names + " through " + f.through, standIn, close}, nil
}

// simulate puts the limits on the simulator and takes them from the lanes, which learn them as they would a provider's.
func (f *benchTarget) simulate(cfg *llmgate.Config, seed uint64) error {
	s, err := sim.New(sim.Config{
		Seed: seed, TTFT: sim.LogNormal(0.03, 0.4), TokensPerSecond: sim.Normal(1500, 300),
		Limits: sim.Limits{RPM: f.rpm, TPM: f.tpm, Shape: sim.Shape(f.bucket)},
	})
	if err != nil {
		return fmt.Errorf("--bucket: %w", err)
	}
	f.simulator = s
	cfg.Options = append(cfg.Options, providers.WithTransport(s.Transport()))
	for i := range cfg.Targets {
		cfg.Targets[i].Limits.RPM, cfg.Targets[i].Limits.TPM = 0, 0
	}
	return nil
}

// bare opens the client of the only model, without anything around it.
func (f *benchTarget) bare(ctx context.Context, a *app, cfg *llmgate.Config) (llmgate.Client, error) {
	target := &cfg.Targets[0]
	if f.through == throughClient {
		options := append(append(cfg.Options, providers.WithModels(cfg.Prices)), target.Options...)
		return llmgate.Open(ctx, target.Model, options...)
	}
	if len(target.Options) > 0 {
		return nil, errors.New("--through raw: the model has options in the file; name it by --model and --base-url")
	}
	rawConfig, err := f.byHand(a, target.Model)
	if err != nil {
		return nil, err
	}
	return raw.New(rawConfig)
}

// byHand is where a hand-written client sends requests for a model.
func (f *benchTarget) byHand(a *app, name string) (raw.Config, error) {
	vendor, model := providers.Parse(name)
	if f.simulator != nil {
		return raw.Config{URL: "http://simulator/v1/chat/completions", Model: model, Transport: f.simulator.Transport()}, nil
	}
	hosts := append(providers.Hosts(), providers.Host{Name: "sim", BaseURL: f.baseURL, KeyOptional: true})
	i := slices.IndexFunc(hosts, func(h providers.Host) bool { return h.Name == vendor && h.Dialect == providers.ChatCompletions })
	if i < 0 {
		return raw.Config{}, fmt.Errorf("--through raw speaks OpenAI's Chat Completions alone, and %s does not; use --through client", vendor)
	}
	host := &hosts[i]
	elsewhere := cmp.Or(f.baseURL, a.getenv(strings.ToUpper(vendor)+"_BASE_URL"))
	base := cmp.Or(elsewhere, os.Expand(host.BaseURL, a.getenv))
	key := cmp.Or(a.getenv(host.KeyVariable), a.getenv(host.SecondKeyVariable))
	if key == "" && elsewhere == "" && !host.KeyOptional {
		return raw.Config{}, fmt.Errorf("no API key: set %s", host.KeyVariable)
	}
	return raw.Config{URL: strings.TrimSuffix(base, "/") + "/chat/completions", Key: key, Model: model}, nil
}

// limits are those to hold the use against; zero for those that the provider states.
func (f *benchTarget) limits() loadreport.Limits {
	return loadreport.Limits{RPM: int64(f.rpm), TPM: int64(f.tpm)}
}
