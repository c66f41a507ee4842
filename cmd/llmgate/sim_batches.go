package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench/sim"
)

// batchFlags say how a simulator's batches fare.
type batchFlags struct {
	delay, window    time.Duration
	expired, errored float64
}

func (f *batchFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&f.delay, "batch-delay", 0, "how long a batch takes; 0 is until it is first asked about")
	flags.DurationVar(&f.window, "batch-window", 0, "after how long a batch expires that takes longer (default 24h)")
	flags.Float64Var(&f.expired, "batch-expired", 0, "share of a batch's items that expire, from 0 to 1")
	flags.Float64Var(&f.errored, "batch-errored", 0, "share of a batch's items that fail by an error of the server, from 0 to 1")
}

func (f *batchFlags) batches() sim.Batches {
	return sim.Batches{Delay: f.delay, Window: f.window, Expired: f.expired, Errored: f.errored}
}
