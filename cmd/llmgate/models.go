package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

type modelsFlags struct {
	vendor string
	json   bool
}

func (a *app) modelsCommand() *cobra.Command {
	var f modelsFlags
	cmd := &cobra.Command{
		Use:   "models [FILTER]",
		Short: "List known models: limits, prices, capabilities",
		Long: `models lists the models that llmgate knows, from a table that is part of it. A model that is missing here works all the
same: nothing about it is checked before sending.

FILTER keeps the models whose vendor/name contains it, in any case, or begins with it where it begins with a vendor and a
slash. A name that only means one of them, such as one with the date of a version, finds that one. Limits are in tokens, prices in dollars for a million tokens at the standard tier;
- is unknown. Capabilities are what the model does besides text: stream, tools, parallel (tool calls), json, schema (JSON
Schema), vision, pdf, audio, reasoning, cache (prompt caching) and sampling (temperature and top_p).

With --json each line is an object: vendor, name, context_tokens, max_output_tokens, input_usd, output_usd and
cache_read_usd for a million tokens, capabilities, deprecated, sources. What is unknown is left out.`,
		Example: `  llmgate models claude
  llmgate models openai/gpt-5
  llmgate models --vendor groq
  llmgate models gemini-2.5 --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("models takes one filter; see llmgate models --help")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.models(strings.Join(args, ""), &f) },
	}
	cmd.Flags().StringVar(&f.vendor, "vendor", "", "only the models of this vendor")
	cmd.Flags().BoolVar(&f.json, "json", false, "write JSON lines")
	return cmd
}

func (a *app) models(filter string, f *modelsFlags) error {
	list := f.find(strings.ToLower(filter))
	if len(list) == 0 {
		fmt.Fprintln(a.err, "llmgate: no known model fits; llmgate models lists all")
		return nil
	}
	write := writeModels
	if f.json {
		write = writeModelLines
	}
	out := bufio.NewWriter(a.out)
	if err := cmp.Or(write(out, list), out.Flush()); err != nil {
		return failed(err)
	}
	return nil
}

// find keeps the table's order. A filter that no name contains may be another way of writing one.
func (f *modelsFlags) find(filter string) (list []pricing.Model) {
	fits := strings.Contains
	if vendor, _, ok := strings.Cut(filter, "/"); ok && isVendor(vendor) {
		fits = strings.HasPrefix
	}
	for m := range pricing.Models() {
		if f.wants(m) && fits(strings.ToLower(m.Vendor+"/"+m.Name), filter) {
			list = append(list, m)
		}
	}
	if m, ok := pricing.Lookup(f.vendor, filter); ok && len(list) == 0 && f.wants(m) {
		return []pricing.Model{m}
	}
	return list
}

func (f *modelsFlags) wants(m pricing.Model) bool { return f.vendor == "" || f.vendor == m.Vendor }

func isVendor(name string) bool {
	for m := range pricing.Models() {
		if m.Vendor == name {
			return true
		}
	}
	return false
}

func writeModels(w io.Writer, list []pricing.Model) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VENDOR\tMODEL\tCONTEXT\tOUTPUT\tIN\tOUT\tCAPABILITIES")
	for _, m := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.Vendor, m.Name, limit(m.ContextTokens), limit(m.MaxOutputTokens),
			orDash(m.Prices.Input.String()), orDash(m.Prices.Output.String()), orDash(strings.Join(slices.Collect(m.Flags.Words()), " ")))
	}
	return table.Flush()
}

func limit(tokens int) string {
	if tokens == 0 {
		return "-"
	}
	return grouped(tokens)
}

func orDash(s string) string { return cmp.Or(s, "-") }

// modelLine is a model as --json writes it.
type modelLine struct {
	Vendor       string         `json:"vendor"`
	Name         string         `json:"name"`
	Context      int            `json:"context_tokens,omitempty"`
	Output       int            `json:"max_output_tokens,omitempty"`
	InputUSD     *request.Money `json:"input_usd,omitempty"`
	OutputUSD    *request.Money `json:"output_usd,omitempty"`
	CacheReadUSD *request.Money `json:"cache_read_usd,omitempty"`
	// Capabilities is null for a model that nobody describes.
	Capabilities []string `json:"capabilities,omitzero"`
	Deprecated   string   `json:"deprecated,omitempty"`
	Sources      []string `json:"sources"`
}

func writeModelLines(w io.Writer, list []pricing.Model) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	names := map[byte]string{}
	for _, s := range pricing.Sources() {
		names[s.Letter] = s.Name
	}
	for _, m := range list {
		if err := encoder.Encode(lineOf(m, names)); err != nil {
			return err
		}
	}
	return nil
}

func lineOf(m pricing.Model, sources map[byte]string) modelLine {
	line := modelLine{
		Vendor: m.Vendor, Name: m.Name, Context: m.ContextTokens, Output: m.MaxOutputTokens,
		InputUSD: amount(m.Prices.Input), OutputUSD: amount(m.Prices.Output), CacheReadUSD: amount(m.Prices.CacheRead),
	}
	if m.Flags.Has(pricing.Described) {
		line.Capabilities = slices.AppendSeq([]string{}, m.Flags.Words())
	}
	if !m.Deprecated.IsZero() {
		line.Deprecated = m.Deprecated.Format(time.DateOnly)
	}
	for _, letter := range []byte(m.Sources) {
		line.Sources = append(line.Sources, sources[letter])
	}
	return line
}

func amount(p pricing.Price) *request.Money {
	if !p.Known {
		return nil
	}
	return &p.PerMillion
}
