package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/seed63918563/llmgate/pricing"
)

// writeModels lists models, and all prices of a single one, or of the one that was named.
func (f *modelsFlags) writeModels(w io.Writer, list []pricing.Model) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VENDOR\tMODEL\tCONTEXT\tOUTPUT\tIN\tOUT\tCACHED\tCAPABILITIES")
	for _, m := range list {
		rates := m.Prices.Listed(f.today)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.Vendor, m.Name, limit(m.ContextTokens), limit(m.MaxOutputTokens),
			orDash(rates[pricing.Input].String()), orDash(rates[pricing.Output].String()), orDash(rates[pricing.CacheRead].String()),
			orDash(strings.Join(slices.Collect(m.Flags.Words()), " ")))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(m pricing.Model) bool { return len(list) == 1 || strings.EqualFold(m.Vendor+"/"+m.Name, f.filter) }); i >= 0 {
		return writePrices(w, &list[i].Prices)
	}
	return nil
}

func limit(tokens int) string {
	if tokens == 0 {
		return "-"
	}
	return grouped(tokens)
}

func orDash(s string) string { return cmp.Or(s, "-") }

// writePrices writes a line for each of a model's terms, with a column for each kind that has a price, and then the units.
func writePrices(w io.Writer, p *pricing.Prices) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if columns := pricedKinds(p); len(columns) > 0 {
		fmt.Fprint(table, "\nSERVICE")
		for _, k := range columns {
			fmt.Fprint(table, "\t", strings.ToUpper(k.String()))
		}
		for _, t := range slices.SortedFunc(slices.Values(p.Terms), asRead) {
			fmt.Fprint(table, "\n", termsInWords(&t))
			for _, k := range columns {
				fmt.Fprint(table, "\t", orDash(t.Rates[k].String()))
			}
		}
		fmt.Fprintln(table)
	}
	if len(p.Units) > 0 {
		fmt.Fprintln(table, "\nUNIT\tFOR A THOUSAND")
	}
	for _, u := range p.Units {
		price := "depends"
		if u.Price.Known {
			price = (u.Price.PerMillion / 1000).String()
		}
		fmt.Fprintf(table, "%s\t%s\n", u.Name, price)
	}
	return table.Flush()
}

// asRead puts what began first and holds for short prompts first.
func asRead(a, b pricing.Terms) int {
	return cmp.Or(cmp.Compare(a.Offer, b.Offer), cmp.Compare(a.From, b.From), cmp.Compare(a.Above, b.Above))
}

func pricedKinds(p *pricing.Prices) (kinds []pricing.Kind) {
	for k := range (pricing.Rates{}) {
		if slices.ContainsFunc(p.Terms, func(t pricing.Terms) bool { return t.Rates[k].Known }) {
			kinds = append(kinds, pricing.Kind(k))
		}
	}
	return kinds
}

// termsInWords is, for example, "batch, above 200,000 tokens, from 2026-09-01".
func termsInWords(t *pricing.Terms) string {
	words := t.Offer.String()
	if t.Above > 0 {
		words += ", above " + grouped(t.Above) + " tokens"
	}
	if t.From > 0 {
		words += ", from " + t.From.String()
	}
	return words
}
