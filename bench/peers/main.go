package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// settings are the command's flags.
type settings struct {
	rounds, n        int
	only             string
	cell, peer, root string
}

func main() {
	server().ServeIfAsked()
	var s settings
	flag.IntVar(&s.rounds, "rounds", 5, "how often each client is measured")
	flag.IntVar(&s.n, "n", 0, "requests of each measurement; 0 is 20000 whole answers, 4000 streams, 10000 in flight, 600 under the limit")
	flag.StringVar(&s.only, "only", "", "the comparisons to make, separated by commas: complete, stream, held, limited; empty is all")
	flag.StringVar(&s.cell, "cell", "", "make one measurement in this process and print it as JSON; the command calls itself so")
	flag.StringVar(&s.peer, "peer", "", "with -cell, the client")
	flag.StringVar(&s.root, "root", "", "with -cell, the address of the server")
	flag.Parse()
	run := s.table
	if s.cell != "" {
		run = s.one
	}
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// one makes one measurement.
func (s settings) one(w io.Writer) error {
	p, ok := peerNamed(s.peer)
	if !ok {
		return fmt.Errorf("no client %q", s.peer)
	}
	f, err := measure(s.cell, p, s.root, s.n)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(f)
}

// table makes all comparisons and writes them down.
func (s settings) table(w io.Writer) error {
	kinds, err := s.kinds()
	if err != nil {
		return err
	}
	root, stop, err := yardstick.Launch()
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintf(w, "Medians, with the range of the ratios in parentheses. %d processors, %s, %s/%s%s.\n\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, load())
	legend(w)
	all := map[string]outcome{}
	for _, section := range sections {
		if !slices.Contains(kinds, section.kind) {
			continue
		}
		n := s.requests(section.kind)
		all[section.kind] = compare(section.kind, root, s.rounds, n)
		section.write(w, all[section.kind], s.rounds, n)
	}
	summary(w, all)
	return nil
}

func (s settings) kinds() ([]string, error) {
	known := []string{complete, streamed, held, limited}
	if s.only == "" {
		return known, nil
	}
	var faults []error
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
	return map[string]int{complete: 20_000, streamed: 4_000, held: 10_000, limited: 600}[kind]
}

// load is what else the machine had to do, where the system tells.
func load() string {
	file, err := os.Open("/proc/loadavg")
	if err != nil {
		return ""
	}
	defer file.Close()
	line, _ := bufio.NewReader(file).ReadString('\n')
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return ""
	}
	return ", load " + fields[0] + " before the run"
}
