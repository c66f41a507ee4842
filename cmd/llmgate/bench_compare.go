package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	loadreport "github.com/seed63918563/llmgate/bench/report"
)

func (a *app) benchCompareCommand() *cobra.Command {
	var (
		seed   uint64
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "compare A.json B.json",
		Short: "Tell which differences between two reports are more than chance",
		Long: `compare reads two reports that bench --json wrote and lists how B differs from A, with confidence intervals of 95 %:
latencies by the bootstrap, rates by Welch's interval over whole seconds.`,
		Example: `  llmgate bench compare a.json b.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("compare takes two reports that bench --json wrote; see llmgate bench compare --help")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.compare(args[0], args[1], seed, asJSON) },
	}
	cmd.Flags().Uint64Var(&seed, "seed", 0, "changes the draws of the bootstrap")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the differences as JSON instead of a table")
	return cmd
}

func (a *app) compare(pathA, pathB string, seed uint64, asJSON bool) error {
	before, errA := readFile(a, pathA, loadreport.Read)
	after, errB := readFile(a, pathB, loadreport.Read)
	if err := errors.Join(errA, errB); err != nil {
		return usage(err)
	}
	list := loadreport.Compare(before, after, seed)
	write := func(w io.Writer) error { return loadreport.CompareText(w, before, after, list) }
	if asJSON {
		write = func(w io.Writer) error {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(list)
		}
	}
	if err := write(a.out); err != nil {
		return failed(fmt.Errorf("can't write the comparison: %w", err))
	}
	return nil
}
