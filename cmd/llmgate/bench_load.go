package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
)

// loadFlags say how much is sent and when.
type loadFlags struct {
	concurrency, requests      int
	rate, spacing, trace       string
	speed                      float64
	duration, warmup, cooldown time.Duration
	timeout, maxDelay          time.Duration
	maxInFlight                int
	stream                     bool
	slo                        string
	isSet                      func(flag string) bool
}

func (f *loadFlags) register(cmd *cobra.Command) {
	f.isSet = cmd.Flags().Changed
	flags := cmd.Flags()
	flags.IntVarP(&f.concurrency, "concurrency", "c", defaultConcurrency, "closed loop: so many requests are always in flight")
	flags.StringVar(&f.rate, "rate", "", "open loop: requests per second, as 20, 1..50/30s or 10,20,40/1m")
	flags.StringVar(&f.spacing, "spacing", pace.Even.String(), "gaps around --rate: even, poisson or gamma:BURSTINESS, of which 1 is poisson and less comes in bursts")
	flags.StringVar(&f.trace, "trace", "", "open loop: replay this file, a trace of Mooncake (JSONL) or of Azure (.csv)")
	flags.Float64Var(&f.speed, "speed", 1, "replay --trace so many times as fast")
	flags.DurationVar(&f.duration, "duration", 0, "send for so long (against the simulator 10s, if nothing else ends the load)")
	flags.IntVarP(&f.requests, "requests", "n", 0, "send at most so many requests")
	flags.DurationVar(&f.warmup, "warmup", 0, "leave so much of the start out of the figures")
	flags.DurationVar(&f.cooldown, "cooldown", 0, "leave so much of the end of --duration out of the figures")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up on a request after so long; 0 is never")
	flags.IntVar(&f.maxInFlight, "max-in-flight", bench.DefaultMaxInFlight, "open loop: so many requests in flight at most; others are sent late")
	flags.DurationVar(&f.maxDelay, "max-delay", bench.DefaultMaxDelay, "open loop: a run whose p99 request is sent later than this is invalid")
	flags.BoolVar(&f.stream, "stream", true, "ask for streams; without, there is no TTFT and no TPOT")
	flags.StringVar(&f.slo, "slo", "", "objectives of goodput, such as ttft=500ms,tpot=50ms,e2e=10s")
}

// config reads the flags, reporting all faults together.
func (f *loadFlags) config(a *app, seed uint64) (bench.Config, error) {
	cfg := bench.Config{
		Stream: f.stream, Count: f.requests, Duration: f.duration, Warmup: f.warmup, Cooldown: f.cooldown, Timeout: f.timeout,
		MaxInFlight: f.maxInFlight, MaxDelay: f.maxDelay, Seed: seed,
	}
	var faults []error
	flag := func(name string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s: %w", name, err))
		}
	}
	var err error
	if f.slo != "" {
		cfg.SLO, err = measure.ParseSLO(f.slo)
		flag("slo", err)
	}
	if f.rate != "" {
		cfg.Load.Seed = seed
		cfg.Load.Rate, err = pace.ParseRate(f.rate)
		flag("rate", err)
		cfg.Load.Spacing, err = pace.ParseSpacing(f.spacing)
		flag("spacing", err)
	}
	if f.trace != "" {
		cfg.Speed = f.speed
		cfg.Trace, err = readTrace(a, f.trace)
		flag("trace", err)
	}
	if f.isSet("concurrency") || f.rate == "" && f.trace == "" {
		cfg.Concurrency = f.concurrency
	}
	return cfg, errors.Join(append(faults, f.fits())...)
}

// fits reports flags that would be without effect.
func (f *loadFlags) fits() error {
	var faults []error
	if f.isSet("concurrency") && f.concurrency < 1 {
		faults = append(faults, fmt.Errorf("--concurrency %d: must be at least 1", f.concurrency))
	}
	given := 0
	for _, name := range []string{"concurrency", "rate", "trace"} {
		if f.isSet(name) {
			given++
		}
	}
	if given > 1 {
		faults = append(faults, errors.New("--concurrency, --rate and --trace: give one of them"))
	}
	for _, one := range []struct{ flag, of, value string }{
		{"spacing", "--rate", f.rate}, {"speed", "--trace", f.trace}, {"max-in-flight", "--rate or --trace", f.rate + f.trace},
		{"max-delay", "--rate or --trace", f.rate + f.trace},
	} {
		if f.isSet(one.flag) && one.value == "" {
			faults = append(faults, fmt.Errorf("--%s: belongs to %s", one.flag, one.of))
		}
	}
	return errors.Join(faults...)
}

// endless reports that nothing was said about the end of the load.
func (f *loadFlags) endless(cfg *bench.Config) bool {
	return cfg.Count == 0 && cfg.Duration == 0 && len(cfg.Trace) == 0 && cfg.Load.Rate.Lasts() == 0
}

func readTrace(a *app, path string) (pace.Trace, error) {
	read := pace.ReadMooncake
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		read = pace.ReadAzure
	}
	return readFile(a, path, func(r io.Reader) (pace.Trace, error) {
		trace, err := read(r)
		if err == nil && len(trace) == 0 {
			err = errors.New("there are no requests in it")
		}
		return trace, err
	})
}

// readFile reads a whole input file. Errors name it.
func readFile[T any](a *app, path string, read func(io.Reader) (T, error)) (T, error) {
	in, err := a.input(path)
	if err != nil {
		var none T
		return none, err
	}
	defer in.Close()
	value, err := read(in)
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return value, err
}
