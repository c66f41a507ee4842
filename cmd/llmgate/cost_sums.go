package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/seed63918563/llmgate/request"
)

// modelSum is what the results of one model come to.
type modelSum struct {
	Model    string        `json:"model"`
	Results  int           `json:"results"`
	Unpriced int           `json:"unpriced"`
	Input    int           `json:"input_tokens"`
	Read     int           `json:"cache_read_tokens"`
	Written  int           `json:"cache_write_tokens"`
	Output   int           `json:"output_tokens"`
	CostUSD  request.Money `json:"cost_usd"`
	// Why is why the first of the unpriced ones has no price.
	Why string `json:"why,omitempty"`
}

func (s *modelSum) add(u *request.Usage) {
	s.Results++
	s.Input += u.InputTokens
	s.Read += u.CacheReadTokens
	s.Written += u.CacheWrite5mTokens + u.CacheWrite1hTokens
	s.Output += u.OutputTokens
	s.CostUSD += u.Cost
}

// sumResults adds up a file by model. The last sum is that of all.
func (f *costFlags) sumResults(in io.Reader, path string) ([]modelSum, error) {
	sums := map[string]*modelSum{}
	err := eachResult(in, path, func(r result) {
		if r.usage == nil {
			return
		}
		model := cmp.Or(f.model, r.name())
		sum := sums[model]
		if sum == nil {
			sum = &modelSum{Model: model}
			sums[model] = sum
		}
		if why := f.price(model, &r); why != "" {
			sum.Unpriced++
			sum.Why = cmp.Or(sum.Why, why)
		}
		sum.add(r.usage)
	})
	if err != nil {
		return nil, err
	}
	all := modelSum{Model: "total"}
	var list []modelSum
	for _, model := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[model]
		list = append(list, *sum)
		all.Results, all.Unpriced, all.CostUSD = all.Results+sum.Results, all.Unpriced+sum.Unpriced, all.CostUSD+sum.CostUSD
		all.Input, all.Read, all.Written, all.Output = all.Input+sum.Input, all.Read+sum.Read, all.Written+sum.Written, all.Output+sum.Output
	}
	return append(list, all), nil
}

// name is vendor/model, as far as the line says.
func (r *result) name() string {
	if r.provider == "" {
		return cmp.Or(r.model, "?")
	}
	return r.provider + "/" + r.model
}

// price puts a cost to a usage that has none, or to any if the terms were given, or says why it can't.
func (f *costFlags) price(model string, r *result) (why string) {
	if r.usage.Priced && !f.changed {
		return ""
	}
	r.usage.Priced, r.usage.Cost = false, 0
	if r.provider == "" && f.model == "" {
		return "the results don't say whose model answered; give it with --model"
	}
	service := f.service
	if service.Tier == "" && f.model == "" {
		service.Tier = r.tier
	}
	bill := f.billOf(model, r.usage, service)
	if bill.Priced {
		r.usage.SetCost(bill.Total)
	}
	return bill.Why
}

func (a *app) writeSums(sums []modelSum, f *costFlags) error {
	write := writeSumTable
	if f.json {
		write = writeSumLines
	}
	out := bufio.NewWriter(a.out)
	if err := cmp.Or(write(out, sums), out.Flush()); err != nil {
		return failed(err)
	}
	all := sums[len(sums)-1]
	if all.Results == 0 {
		fmt.Fprintln(a.err, "llmgate: no result says what it used")
	}
	if all.Unpriced == 0 {
		return nil
	}
	i := slices.IndexFunc(sums, func(s modelSum) bool { return s.Unpriced > 0 })
	return failed(fmt.Errorf("%s of %s results have no price and are not in the sum: %s", grouped(all.Unpriced), grouped(all.Results), sums[i].Why))
}

func writeSumTable(w io.Writer, sums []modelSum) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "RESULTS\tUNPRICED\tINPUT\tCACHE READ\tCACHE WRITE\tOUTPUT\tCOST\t  MODEL")
	for _, s := range sums {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%v\t  %s\n", grouped(s.Results), grouped(s.Unpriced),
			grouped(s.Input), grouped(s.Read), grouped(s.Written), grouped(s.Output), s.CostUSD, s.Model)
	}
	return table.Flush()
}

func writeSumLines(w io.Writer, sums []modelSum) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, s := range sums {
		if err := encoder.Encode(s); err != nil {
			return err
		}
	}
	return nil
}
