package main

import (
	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench/sim"
)

// limitFlags are the rate limits of a simulator.
type limitFlags struct {
	rpm, tpm, itpm, otpm     int
	shape, charge            string
	noHeaders, countRejected bool
}

func (f *limitFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.rpm, "rpm", 0, "requests per minute; 0 is no limit")
	flags.IntVar(&f.tpm, "tpm", 0, "tokens per minute; 0 is no limit")
	flags.IntVar(&f.itpm, "itpm", 0, "tokens of prompts per minute; 0 is no limit")
	flags.IntVar(&f.otpm, "otpm", 0, "tokens of answers per minute; 0 is no limit")
	flags.StringVar(&f.shape, "bucket", string(sim.Minute), "how the allowance comes back: minute, second, fixed or sliding")
	flags.StringVar(&f.charge, "charge", string(sim.ChargeSum), "what counts against --tpm: sum, max or actual")
	flags.BoolVar(&f.countRejected, "count-rejected", false, "rejected requests count against --rpm")
	flags.BoolVar(&f.noHeaders, "no-limit-headers", false, "leave out the headers that tell of limits")
}

func (f *limitFlags) limits() sim.Limits {
	return sim.Limits{
		RPM: f.rpm, TPM: f.tpm, ITPM: f.itpm, OTPM: f.otpm, Shape: sim.Shape(f.shape), Charge: sim.Charge(f.charge),
		CountRejected: f.countRejected, HideHeaders: f.noHeaders,
	}
}
