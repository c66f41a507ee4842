package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/config"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/store"
)

// The variables that stand for flags.
const (
	modelVariable  = "LLMGATE_MODEL"
	configVariable = "LLMGATE_CONFIG"
)

// simulated is the model of the built-in simulator, the default.
const simulated = "sim/demo"

// gateFlags choose who answers, and within what bounds.
type gateFlags struct {
	pricesFlag
	models   []string
	baseURL  string
	config   string
	budget   string
	rpm, tpm int
	given    func(flag string) bool
	// sendsNothing makes up the keys.
	sendsNothing bool
	// furnish, if set, prepares the simulator where that stands in for want of a model.
	furnish func(*llmgate.Config) error
}

func (f *gateFlags) register(cmd *cobra.Command) {
	f.given = cmd.Flags().Changed
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.models, "model", "m", nil, "who answers, as vendor/model; several times for those to fall back on (default $"+modelVariable+", else the simulator)")
	flags.StringVar(&f.baseURL, "base-url", "", "send requests to this server instead of the vendor's own")
	flags.StringVar(&f.config, "config", "", "targets, limits, policy and budgets from this YAML file (default $"+configVariable+"); --model replaces its models")
	flags.StringVar(&f.budget, "budget", "", `spend at most this, such as 20usd: what does not fit is not sent`)
	flags.IntVar(&f.rpm, "rpm", 0, "send at most so many requests a minute to a model, whatever its provider allows")
	flags.IntVar(&f.tpm, "tpm", 0, "use at most so many tokens a minute of a model")
	f.pricesFlag.register(cmd)
}

// opened is a gate, and how a person would call it.
type opened struct {
	*llmgate.Gate
	names string
	first string // of the models
	// What is known of the first before anything is sent.
	provider, model string
	limits          lane.Limits
	prices          *pricing.Table
	vendor          string // of the first model
	standIn         bool   // the simulator answers because nobody was named
	notices         *notices
	waiting         *waiting
	// single opens a bare client for the only model; alone reports that there is only one.
	single    func(context.Context) (llmgate.Client, error)
	alone     bool
	unbounded bool // calls pass that may cost more than can be told
}

func (f *gateFlags) open(ctx context.Context, a *app) (*opened, error) {
	s, err := f.setup(a)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, nil)
}

// setup is what a gate is to be.
type setup struct {
	cfg     llmgate.Config
	standIn bool
}

func (f *gateFlags) setup(a *app) (*setup, error) {
	cfg, standIn, err := f.read(a)
	if err != nil {
		return nil, usage(err)
	}
	if cfg.Prices, err = a.table(&f.pricesFlag); err != nil {
		return nil, err
	}
	if f.sendsNothing {
		cfg.Options = append(cfg.Options, llmgate.WithAPIKey("none-for-nothing-is-sent"))
	}
	return &setup{cfg, standIn}, nil
}

// vendor is that of the first model.
func (s *setup) vendor() string {
	vendor, _, _ := strings.Cut(s.cfg.Targets[0].Model, "/")
	return vendor
}

// rehearse finds out whether a gate could be opened over a state, before there is one, and has it checked.
func (s *setup) rehearse(ctx context.Context, check func(*opened) error) error {
	gate, err := s.open(ctx, store.NewMemory())
	if err != nil {
		return err
	}
	defer gate.Abort()
	return check(gate)
}

// open opens a gate that keeps its books in a store; nil is that of the configuration.
func (s *setup) open(ctx context.Context, books store.Store) (*opened, error) {
	cfg := s.cfg
	if books != nil {
		if cfg.State != "" {
			return nil, usage(errors.New("the configuration has a state, and -o keeps one beside the output; leave out one of them"))
		}
		cfg.Store = books
	}
	told, waiting := newNotices(), newWaiting()
	cfg.Hooks = slices.Concat(cfg.Hooks, llmgate.Hooks{told, waiting})
	gate, err := llmgate.New(ctx, cfg)
	if err != nil {
		return nil, usage(err)
	}
	var names []string
	for _, t := range cfg.Targets {
		names = append(names, t.Model)
	}
	o := &opened{
		Gate: gate, names: strings.Join(names, ", "), first: names[0], vendor: s.vendor(), standIn: s.standIn, prices: gate.Prices(),
		notices: told, waiting: waiting,
	}
	o.alone, o.unbounded = len(names) == 1, cfg.Budget.AllowUnbounded
	o.single = func(ctx context.Context) (llmgate.Client, error) {
		opts := slices.Concat([]llmgate.Option{providers.WithModels(o.prices)}, cfg.Options, cfg.Targets[0].Options)
		return llmgate.Open(ctx, names[0], opts...)
	}
	o.provider, o.model = providers.Parse(names[0])
	o.limits = cfg.Targets[0].Limits
	return o, nil
}

// read puts the file, the flags and the environment together. Models end up among the targets.
func (f *gateFlags) read(a *app) (cfg llmgate.Config, standIn bool, err error) {
	if f.given("config") && f.config == "" {
		return cfg, false, errors.New("--config is empty; was a variable meant that is not set?")
	}
	if file := f.first("config", f.config, a.getenv(configVariable)); file != "" {
		if cfg, err = config.Load(file, a.getenv); err != nil {
			return cfg, false, err
		}
	}
	named, standIn, err := f.named(a, len(cfg.Models)+len(cfg.Targets) > 0)
	if err != nil {
		return cfg, false, err
	}
	if len(named) > 0 {
		cfg.Models, cfg.Targets = named, nil
	}
	for i := len(cfg.Models) - 1; i >= 0; i-- {
		cfg.Targets = append([]llmgate.Target{{Model: cfg.Models[i]}}, cfg.Targets...)
	}
	cfg.Models = nil
	cfg.Options = []llmgate.Option{providers.WithGetenv(a.getenv)}
	if f.baseURL != "" {
		cfg.Options = append(cfg.Options, providers.WithBaseURL(f.baseURL))
	}
	if err = f.bound(&cfg); err == nil && standIn && f.furnish != nil {
		err = f.furnish(&cfg)
	}
	return cfg, standIn, err
}

// first is the flag if it was given, and else the variable.
func (f *gateFlags) first(flag, value, variable string) string {
	if f.given(flag) {
		return value
	}
	return variable
}

// named are the models asked for, by flags, by the variable where no file has any, or the simulator for want of others.
func (f *gateFlags) named(a *app, inFile bool) (models []string, standIn bool, err error) {
	for _, model := range f.models {
		if model == "" {
			return nil, false, errors.New("--model is empty; was a variable meant that is not set?")
		}
	}
	switch variable := a.getenv(modelVariable); {
	case len(f.models) > 0:
		return f.models, false, nil
	case inFile && f.baseURL != "":
		return nil, false, errors.New("--base-url beside models of a file; write base_url there, or add --model")
	case inFile:
		return nil, false, nil
	case variable != "":
		return []string{variable}, false, nil
	case f.baseURL != "":
		return nil, false, errors.New("--base-url without --model: add --model, such as --model openai/NAME with the name of a model that the server has")
	}
	return []string{simulated}, true, nil
}

// bound puts the flags' bounds into a configuration.
func (f *gateFlags) bound(cfg *llmgate.Config) error {
	if f.rpm < 0 || f.tpm < 0 {
		return errors.New("--rpm and --tpm must be above 0; leave them out for no bound of your own")
	}
	for i := range cfg.Targets {
		limits := &cfg.Targets[i].Limits
		limits.RPM, limits.TPM = lower(limits.RPM, f.rpm), lower(limits.TPM, f.tpm)
	}
	if !f.given("budget") {
		return nil
	}
	most, err := llmgate.ParseMoney(f.budget)
	if err != nil || most < 0 {
		return fmt.Errorf("--budget %q is not an amount; write 20usd or 0.50", f.budget)
	}
	cfg.Budget.More = append(cfg.Budget.More, ledger.Budget{Name: "--budget", Cap: most, AtCap: ledger.Wait})
	return nil
}

// lower is the lower of two bounds of which 0 is none.
func lower(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
