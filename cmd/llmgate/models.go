package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/pricing"
)

type modelsFlags struct {
	pricesFlag
	vendor  string
	json    bool
	refresh string

	filter string
	table  *pricing.Table
	today  pricing.Day
}

func (a *app) modelsCommand() *cobra.Command {
	var f modelsFlags
	cmd := &cobra.Command{
		Use:   "models [FILTER]",
		Short: "List known models: limits, prices, capabilities",
		Long: `models lists the models that llmgate knows, from a table that is part of it. A model that is missing here works all the
same: nothing about it is checked before sending.

FILTER keeps the models whose vendor/name contains it, in any case, or begins with it where it begins with a vendor and a
slash. A name that only means one of them, such as one with the date of a version, finds that one, and all prices
are shown of a single model, and of one that is named in full. Limits are in tokens. Prices are today's, in dollars for a million tokens in the standard service, of a short
prompt: IN, OUT, and CACHED for input that is read from the provider's cache; - is unknown. Capabilities are what the model does
besides text: stream, tools, parallel (tool calls), json, schema (JSON Schema), vision, pdf, audio, reasoning, cache (prompt
caching) and sampling (temperature and top_p).

With --json each line is an object: vendor, name, context_tokens, max_output_tokens, input_usd, output_usd and
cache_read_usd for a million tokens, capabilities, deprecated, sources, and in terms and units all prices. What is unknown is
left out.

--refresh fetches a newer table, in the form of the one that is part of llmgate, and keeps it for later runs of all commands. A
table that looks wrong is refused, with prices that moved more than tenfold or most models missing. If anything fails, the table
of before stays in use, with a warning.`,
		Example: `  llmgate models claude
  llmgate models openai/gpt-5
  llmgate models --vendor groq
  llmgate models gemini/gemini-2.5-pro
  llmgate models gemini-2.5 --json
  llmgate models --refresh https://example.com/models.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("models takes one filter; see llmgate models --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.refresh != "" {
				if err := a.refresh(cmd.Context(), f.refresh); err != nil {
					fmt.Fprintln(a.err, "llmgate: the table of models stays as it was:", err)
				}
				if len(args) == 0 && f.vendor == "" {
					return nil
				}
			}
			return a.models(strings.Join(args, ""), &f)
		},
	}
	cmd.Flags().StringVar(&f.vendor, "vendor", "", "only the models of this vendor")
	cmd.Flags().BoolVar(&f.json, "json", false, "write JSON lines")
	cmd.Flags().StringVar(&f.refresh, "refresh", "", "fetch a newer table of models from this address first")
	f.pricesFlag.register(cmd)
	return cmd
}

func (a *app) models(filter string, f *modelsFlags) error {
	table, err := a.table(&f.pricesFlag)
	if err != nil {
		return err
	}
	f.filter, f.table, f.today = filter, table, pricing.DayOf(a.now())
	list := f.find(strings.ToLower(filter))
	if len(list) == 0 {
		fmt.Fprintln(a.err, "llmgate: no known model fits; llmgate models lists all")
		return nil
	}
	write := f.writeModels
	if f.json {
		write = f.writeModelLines
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
	if vendor, _, ok := strings.Cut(filter, "/"); ok && f.isVendor(vendor) {
		fits = strings.HasPrefix
	}
	for m := range f.table.Models() {
		if f.wants(m) && fits(strings.ToLower(m.Vendor+"/"+m.Name), filter) {
			list = append(list, m)
		}
	}
	if m, ok := f.table.Lookup(f.vendor, filter); ok && len(list) == 0 && f.wants(m) {
		return []pricing.Model{m}
	}
	return list
}

func (f *modelsFlags) wants(m pricing.Model) bool { return f.vendor == "" || f.vendor == m.Vendor }

func (f *modelsFlags) isVendor(name string) bool {
	for m := range f.table.Models() {
		if m.Vendor == name {
			return true
		}
	}
	return false
}
