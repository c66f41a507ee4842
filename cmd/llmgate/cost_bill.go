package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// billOf prices a usage of a model named vendor/model.
func (f *costFlags) billOf(model string, u *request.Usage, s pricing.Service) pricing.Bill {
	vendor, name, _ := strings.Cut(model, "/")
	m, ok := f.table.Lookup(vendor, name)
	if !ok {
		return pricing.Bill{Vendor: vendor, Model: name, Why: model + ": not in the table of models; give its prices with --prices"}
	}
	return m.Bill(u, s)
}

func (a *app) costOfUsage(f *costFlags) error {
	bill := f.billOf(f.model, &f.usage, f.service)
	write := f.writeBill
	if f.json {
		write = f.writeBillLine
	}
	out := bufio.NewWriter(a.out)
	if err := cmp.Or(write(out, &bill), out.Flush()); err != nil {
		return failed(err)
	}
	if !bill.Priced {
		return failed(errors.New(bill.Why))
	}
	return nil
}

func (f *costFlags) writeBill(w io.Writer, b *pricing.Bill) error {
	if !b.Priced {
		return nil
	}
	fmt.Fprintf(w, "%s/%s on %v: %s\n", b.Vendor, b.Model, pricing.DayOf(f.service.At), termsInWords(b.Terms))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	var by pricing.Letters
	fmt.Fprintln(table, "COUNT\tA MILLION\tCOST\t  OF")
	for _, line := range b.Lines {
		fmt.Fprintf(table, "%s\t%v\t%v\t  %s\n", grouped(line.Count), line.Price, line.Amount(), line.What)
		by |= line.Price.Sources
	}
	fmt.Fprintf(table, "\t\t%v\t  in all\n", b.Total)
	if err := table.Flush(); err != nil {
		return err
	}
	if by == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, "prices by", f.sourcesIn(by))
	return err
}

// sourcesIn names sources with the days of their copies.
func (f *costFlags) sourcesIn(set pricing.Letters) string {
	var list []string
	for _, s := range f.table.Sources() {
		if set&pricing.LettersOf(string(rune(s.Letter))) != 0 {
			list = append(list, s.Name+" of "+s.Date)
		}
	}
	return strings.Join(list, ", ")
}

// billLine is a bill as --json writes it.
type billLine struct {
	Model   string         `json:"model"`
	Date    string         `json:"date"`
	Service string         `json:"service,omitempty"`
	Lines   []billItem     `json:"lines,omitempty"`
	CostUSD *request.Money `json:"cost_usd,omitempty"`
	// Unpriced is why there is no cost.
	Unpriced string `json:"unpriced,omitempty"`
}

type billItem struct {
	What       string        `json:"what"`
	Count      int           `json:"count"`
	PerMillion request.Money `json:"usd_per_million"`
	USD        request.Money `json:"usd"`
	Sources    []string      `json:"sources"`
}

func (f *costFlags) writeBillLine(w io.Writer, b *pricing.Bill) error {
	line := billLine{Model: b.Vendor + "/" + b.Model, Date: pricing.DayOf(f.service.At).String(), Unpriced: b.Why}
	if b.Terms != nil {
		line.Service = termsInWords(b.Terms)
	}
	names := sourceNames(f.table)
	for _, l := range b.Lines {
		line.Lines = append(line.Lines, billItem{l.What, l.Count, l.Price.PerMillion, l.Amount(), names.list(l.Price.Sources.String())})
	}
	if b.Priced {
		line.CostUSD = &b.Total
	}
	return json.NewEncoder(w).Encode(line)
}
