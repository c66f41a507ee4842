// Command gen makes the table of package pricing from public lists of models:
//
//	go run ./pricing/gen -sources FOLDER
//	go run ./pricing/gen -sources FOLDER -report
//
// FOLDER holds LiteLLM's model_prices_and_context_window.json as litellm_DATE.json, models.dev's api.json as
// models.dev_DATE.json, the data of genai-prices as genai-prices-v2_DATE.json, and Portkey's models as portkey_DATE with
// the folders general and pricing.
//
// It prints how the sources agreed, and ends with code 1, without writing, if they disagree about a limit or a price of a first
// party's model and neither a majority nor overrides.txt settles it, or if a ruling there is no longer needed. With -report it
// prints and writes nothing.
package main

import (
	"cmp"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

//go:embed overrides.txt
var rulings string

func main() {
	dir := flag.String("sources", "", "folder with the sources (required)")
	out := flag.String("out", "pricing/models.txt", "the table to write")
	only := flag.Bool("report", false, "print how the sources agree and write nothing")
	flag.Parse()
	if *only {
		*out = ""
	}
	if err := run(*dir, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes no table if out is empty.
func run(dir, out string, w io.Writer) error {
	if dir == "" {
		return errors.New("give the folder with the sources as -sources FOLDER")
	}
	s, err := readSources(os.DirFS(dir))
	if err != nil {
		return err
	}
	rules, err := parseOverrides(rulings)
	if err != nil {
		return err
	}
	table, r, err := generate(&s, rules)
	if err != nil {
		return err
	}
	r.write(w)
	if len(r.faults) > 0 {
		return fmt.Errorf("%d faults; the table is left as it was", len(r.faults))
	}
	if out == "" {
		return nil
	}
	text, err := table.AppendText([]byte(header))
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

// header stands at the top of the table.
const header = `# Made by pricing/gen; do not edit. Corrections go to pricing/gen/overrides.txt.
#
# NAME CONTEXT OUTPUT FLAGS SOURCES [TERMS=PRICE,...] [units=NAME:PRICE,...] [end=DATE of withdrawal]
# Limits are in tokens, 0 where unknown. FLAGS: s streaming, t tools, p parallel tools, j JSON mode, J JSON Schema, v images,
# d PDFs, a sound, r reasoning, c prompt caching, T sampling parameters; ? undescribed.
# TERMS: usd, batch, flex or priority, then >TOKENS: for the whole request if its prompt has more, then @DATE: from that day.
# Prices are dollars for a million tokens: input, output, cache read, cache write for 5 minutes, for an hour, reasoning, sound
# in, out, images in, out; units are for a million uses. Letters behind a price: only these sources state it.
# All sources are under the MIT licence.

`

// generate makes the table, first parties first: what resellers sell is described by its maker.
func generate(s *sources, rules *overrides) (*pricing.Table, *report, error) {
	r := newReport()
	var models []pricing.Model
	makers := pricing.NewTable(nil, nil)
	order := slices.SortedStableFunc(slices.Values(vendors), func(a, b vendor) int { return cmp.Compare(rank(a), rank(b)) })
	for _, v := range order {
		claims, err := s.claims(v)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", v.name, err)
		}
		settled := (&settler{vendor: v, claims: claims, overrides: rules, makers: makers, report: r, dates: s.copied()}).run()
		models = append(models, settled...)
		if v.firstParty {
			makers = pricing.NewTable(nil, models)
		}
	}
	for _, rule := range rules.unused() {
		r.fault("overrides.txt: %s matches no model; remove it", rule)
	}
	table := reduce(slices.Concat(s.list, rules.sources()), models)
	if lost := missing(table, models); len(lost) > 0 {
		r.fault("%d models are not found again in the table, %s/%s first", len(lost), lost[0].Vendor, lost[0].Name)
	}
	return table, r, nil
}

func rank(v vendor) int {
	if v.firstParty {
		return 0
	}
	return 1
}
