package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/pricing"
)

// pricesFlag adds a table of the user's own.
type pricesFlag struct{ file string }

func (f *pricesFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "prices", "", "a file of own models, prices and names of deployments, over the table of models")
}

// table is what is known of models: the user's own entries over the table that was fetched last, or over the built-in one.
func (a *app) table(f *pricesFlag) (*pricing.Table, error) {
	table := a.fetchedTable()
	if f.file == "" {
		return table, nil
	}
	own, err := pricing.Load(f.file)
	if err != nil {
		return nil, usage(fmt.Errorf("--prices: %w", err))
	}
	return table.With(own), nil
}

// snapshot is where a fetched table is kept.
func (a *app) snapshot() (string, error) {
	dir, err := a.cacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "llmgate", "models.txt"), nil
}

// fetchedTable is the built-in one if none was fetched, if that can't be read, or if the program has a newer one built in.
func (a *app) fetchedTable() *pricing.Table {
	builtIn := pricing.Builtin()
	path, err := a.snapshot()
	if err != nil {
		return builtIn
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return builtIn
	}
	fetched, err := pricing.Load(path)
	if err != nil {
		fmt.Fprintf(a.err, "llmgate: the fetched table of models is left aside; remove %s or fetch another: %v\n", path, err)
		return builtIn
	}
	if newest(fetched) < newest(builtIn) {
		return builtIn
	}
	return fetched
}

// newest is the day of the newest source, as text that sorts.
func newest(t *pricing.Table) (date string) {
	for _, s := range t.Sources() {
		date = max(date, s.Date)
	}
	return date
}
