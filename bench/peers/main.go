package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// settings are the command's flags.
type settings struct {
	rounds, n int
	only      string
	write     bool
}

func main() {
	server().ServeIfAsked()
	cell.ObeyIfAsked(opener)
	var s settings
	flag.IntVar(&s.rounds, "rounds", 5, "how often each client is measured")
	flag.IntVar(&s.n, "n", 0, "requests of each measurement; 0 is 20000 whole answers, 4000 streams, 10000 in flight, 600 under the limit")
	flag.StringVar(&s.only, "only", "", "the comparisons to make, separated by commas: complete, stream, held, limited; empty is all")
	flag.BoolVar(&s.write, "write", false, "put the tables into docs/benchmarks.md and README.md, too")
	flag.Parse()
	if err := s.run(os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// run makes the comparisons and writes them down.
func (s settings) run(w, progress io.Writer) error {
	kinds, err := s.kinds()
	if err != nil {
		return err
	}
	into, err := os.MkdirTemp("", "llmgate-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(into)
	programs, err := build(into)
	if err != nil {
		return err
	}
	root, stop, err := yardstick.Launch()
	if err != nil {
		return err
	}
	defer stop()
	r := report{machine: machine(time.Now()), programs: programs, rounds: s.rounds, made: map[string]*outcome{}, requests: map[string]int{}}
	for _, kind := range kinds {
		n := s.requests(kind)
		r.requests[kind], r.made[kind] = n, comparison{kind, root, s.rounds, n, programs, progress}.run()
	}
	fmt.Fprint(w, r.tables(), "\n", r.summary())
	if !s.write {
		return nil
	}
	return errors.Join(put("../../docs/benchmarks.md", r.tables()), put("../../README.md", r.summary()))
}

// kinds are the comparisons asked for. All faults of the flags are reported together.
func (s settings) kinds() ([]string, error) {
	known := []string{cell.Complete, cell.Stream, cell.Held, cell.Limited}
	var faults []error
	if s.rounds < 1 || s.n < 0 {
		faults = append(faults, fmt.Errorf("-rounds %d -n %d: give at least one round, and no negative number", s.rounds, s.n))
	}
	if s.only == "" {
		return known, errors.Join(faults...)
	}
	if s.write {
		faults = append(faults, errors.New("-write replaces all tables: leave out -only"))
	}
	kinds := strings.Split(s.only, ",")
	for _, k := range kinds {
		if !slices.Contains(known, k) {
			faults = append(faults, fmt.Errorf("-only: no comparison %q; use %s", k, strings.Join(known, ", ")))
		}
	}
	return kinds, errors.Join(faults...)
}

func (s settings) requests(kind string) int {
	if s.n > 0 {
		return s.n
	}
	return map[string]int{cell.Complete: 20_000, cell.Stream: 4_000, cell.Held: 10_000, cell.Limited: 600}[kind]
}
