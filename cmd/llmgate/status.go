package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk"
)

func (a *app) statusCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "status OUT",
		Short:   "Tell how far the run of an output is",
		Long:    "status reads the state beside an output, also while a run works on it.",
		Example: "  llmgate status answers.jsonl\n  llmgate status answers.jsonl --json",
		Args:    oneOutput("status"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := bulk.ReadStatus(cmd.Context(), args[0])
			if err != nil {
				return usage(err)
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(s)
			}
			_, err = fmt.Fprint(a.out, statusText(s))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func oneOutput(name string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes the output of a run; see llmgate %s --help", name, name)
		}
		return nil
	}
}

func statusText(s *bulk.Status) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s\n", s.Source, s.Model)
	if s.Total > 0 {
		fmt.Fprintf(&b, "of %s items: ", grouped(s.Total))
	}
	fmt.Fprintf(&b, "%s answered, %s failed, %s in flight or unknown\n", grouped(s.Answered), grouped(s.Failed), grouped(s.InFlight))
	for _, class := range slices.Sorted(maps.Keys(s.Classes)) {
		fmt.Fprintf(&b, "  %s %s\n", grouped(s.Classes[class]), class)
	}
	fmt.Fprintf(&b, "%v spent, %v may have been charged besides, %v reserved\n", s.Spent, s.Presumed, s.Reserved)
	if s.Unpriced > 0 {
		fmt.Fprintf(&b, "%s calls have no price and are in none of it\n", grouped(int(s.Unpriced)))
	}
	return b.String()
}

func (a *app) exportCommand() *cobra.Command {
	var format, order, to string
	cmd := &cobra.Command{
		Use:   "export OUT",
		Short: "Write the answers of a run again, in any form",
		Long:  "export reads the state beside an output, also while a run works on it, and writes the answers that are in it.",
		Example: `  llmgate export answers.jsonl --format csv --to answers.csv
  llmgate export answers.jsonl --format text --order input`,
		Args: oneOutput("export"),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := func(w io.Writer) error {
				return bulk.Export(cmd.Context(), args[0], bulk.Format(format), bulk.Order(order), w)
			}
			err := errors.Join(bulk.Order(order).Check(), bulk.Format(format).Check())
			if err != nil {
				return usage(err)
			}
			if to == "" {
				err = write(a.out)
			} else {
				err = replace(to, write)
			}
			_, coded := errors.AsType[*exitError](err)
			switch {
			case err == nil, coded:
				return err
			case errors.Is(err, bulk.ErrNoState):
				return usage(err)
			}
			return failed(err)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", `form of the results: "jsonl", "batch", "csv" or "text" (default that of the items)`)
	cmd.Flags().StringVar(&order, "order", string(bulk.Completion), `order of the results: "completion" or "input"`)
	cmd.Flags().StringVar(&to, "to", "", "write to this file, which is replaced as a whole")
	return cmd
}

// replace writes a file beside the one that it then takes the place of, so that there is always one of them.
func replace(path string, write func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".llmgate-*")
	if errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("--to %s: its folder does not exist; create it first", path))
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	out := bufio.NewWriter(file)
	if err := errors.Join(write(out), out.Flush(), file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
