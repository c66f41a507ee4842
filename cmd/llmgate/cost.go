package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

type costFlags struct {
	pricesFlag
	model       string
	tier, date  string
	batch, json bool
	usage       request.Usage
	units       []string

	table   *pricing.Table
	service pricing.Service
	// changed: a flag was given that says how to price, so that costs in a file don't count.
	changed bool
}

// counts are the flags for the parts of a usage.
func (f *costFlags) counts() []countFlag {
	u := &f.usage
	return []countFlag{
		{"input", &u.InputTokens, "input tokens, without those of the cache"},
		{"output", &u.OutputTokens, "output tokens, with reasoning"},
		{"cache-read", &u.CacheReadTokens, "tokens read from the provider's cache"},
		{"cache-write", &u.CacheWrite5mTokens, "tokens written to it for five minutes"},
		{"cache-write-1h", &u.CacheWrite1hTokens, "tokens written to it for an hour"},
		{"reasoning", &u.ReasoningTokens, "how many of the output tokens are reasoning"},
		{"audio-input", &u.AudioInputTokens, "how many of the input tokens are sound"},
		{"audio-output", &u.AudioOutputTokens, "how many of the output tokens are sound"},
		{"image-input", &u.ImageInputTokens, "how many of the input tokens are images"},
		{"image-output", &u.ImageOutputTokens, "how many of the output tokens are images"},
	}
}

type countFlag struct {
	name string
	to   *int
	help string
}

func (a *app) costCommand() *cobra.Command {
	var f costFlags
	cmd := &cobra.Command{
		Use:   "cost [FILE]",
		Short: "Price a usage, or a file of results",
		Long: `cost prices a usage that is given by flags, line by line, or the results that llmgate run wrote ("-" for standard input),
summed by model.

Costs are exact: every count times its price, added up, and rounded once to a billionth of a dollar. What has no price is not
free: it is said, and cost ends with code 1.

In a file, a cost that stands in a result counts as it is. With --model, --tier, --batch or --date every result is priced anew
on these terms: the same work by another model, as a batch, or after a change of prices. Results in OpenAI's Batch form don't say
whose model answered; those without a cost need --model. A failed result counts if it says what it used, for it may have been
billed.

Prices come from the table that llmgate models shows; --prices lays a file of own ones over it, in the form

  [azure]
  my-deployment = gpt-4o
  [vllm]
  qwen3 131072 32768 st - usd=0.10,0.30

that is, for each vendor, other names of models, or NAME CONTEXT OUTPUT CAPABILITIES SOURCES PRICES with prices in dollars for a
million tokens of input, output, cache read, cache write for 5 minutes and for an hour.`,
		Example: `  llmgate cost --model anthropic/claude-sonnet-4-5 --input 1000 --output 500 --cache-read 40000
  llmgate cost --model openai/gpt-5 --input 20000 --output 3000 --tier flex --json
  llmgate cost --model anthropic/claude-sonnet-5 --input 1000 --date 2026-09-01 --batch
  llmgate cost --model anthropic/claude-haiku-4-5 --output 500 --unit web_search_requests=3
  llmgate cost answers.jsonl
  llmgate cost answers.jsonl --model openai/gpt-5-nano
  zcat answers.jsonl.gz | llmgate cost - --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("cost takes one file of results, or - for standard input; see llmgate cost --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.cost(cmd, args, &f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.model, "model", "m", "", "whose prices count, as vendor/model")
	for _, c := range f.counts() {
		flags.IntVar(c.to, c.name, 0, c.help)
	}
	flags.StringArrayVar(&f.units, "unit", nil, "uses that are billed one by one, as NAME=COUNT with the provider's name; may be repeated")
	flags.StringVar(&f.tier, "tier", "", "class of service, such as flex or priority")
	flags.BoolVar(&f.batch, "batch", false, "price as requests of a batch")
	flags.StringVar(&f.date, "date", "", "the day whose prices count, such as 2026-09-01 (default today)")
	flags.BoolVar(&f.json, "json", false, "write JSON lines")
	f.pricesFlag.register(cmd)
	return cmd
}

func (a *app) cost(cmd *cobra.Command, args []string, f *costFlags) (err error) {
	if err := f.complete(a, cmd.Flags().Changed, len(args) == 1); err != nil {
		return usage(err)
	}
	if f.table, err = a.table(&f.pricesFlag); err != nil {
		return err
	}
	if len(args) == 1 {
		return a.costOfFile(cmd.Context(), args[0], f)
	}
	return a.costOfUsage(f)
}

// complete checks the flags, which price a usage or a file.
func (f *costFlags) complete(a *app, given func(string) bool, file bool) error {
	var faults []error
	counted := given("unit")
	for _, c := range f.counts() {
		counted = counted || given(c.name)
		if *c.to < 0 {
			faults = append(faults, fmt.Errorf("--%s %d: must not be negative", c.name, *c.to))
		}
	}
	switch {
	case file && counted:
		faults = append(faults, errors.New("counts and a file of results: give one of them"))
	case !file && !counted:
		faults = append(faults, errors.New("nothing to price: give counts such as --input 1000 --output 500, or a file of results"))
	case !file && f.model == "":
		faults = append(faults, errors.New("no model: add --model, such as --model openai/gpt-5-mini"))
	}
	if f.model != "" && !strings.Contains(f.model, "/") {
		faults = append(faults, fmt.Errorf("--model %s: write vendor/model, such as openai/gpt-5-mini", f.model))
	}
	faults = append(faults, f.takeUnits(), f.takeDate(a.now()))
	f.service.Tier, f.service.Batch = f.tier, f.batch
	f.changed = given("model") || given("tier") || given("batch") || given("date")
	f.usage.Reported = true // even a usage of nothing
	return errors.Join(faults...)
}

func (f *costFlags) takeUnits() error {
	for _, text := range f.units {
		name, count, _ := strings.Cut(text, "=")
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 || name == "" {
			return fmt.Errorf("--unit %s: write NAME=COUNT, such as web_search_requests=3", text)
		}
		if f.usage.Units == nil {
			f.usage.Units = map[string]int{}
		}
		f.usage.Units[name] += n
	}
	return nil
}

func (f *costFlags) takeDate(now time.Time) (err error) {
	if f.service.At = now; f.date == "" {
		return nil
	}
	if f.service.At, err = time.Parse(time.DateOnly, f.date); err != nil {
		return fmt.Errorf("--date %s: write a day like 2026-01-31", f.date)
	}
	return nil
}

func (a *app) costOfFile(_ context.Context, path string, f *costFlags) error {
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	sums, err := f.sumResults(in, path)
	if err != nil {
		return failed(err)
	}
	return a.writeSums(sums, f)
}
