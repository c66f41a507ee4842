package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

type planFlags struct {
	gateFlags
	sourceFlags
	output string
	asJSON bool
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Tell what a run would do and cost",
		Long: `plan reads the items of a file as run would, and sends nothing. It tells how many there are, what they will cost and can cost
at most, also at the price of the provider's batch API, how long the limits that are known (--rpm, --tpm, the configuration)
make them take, and what the model can't do. With -o it leaves out what is answered there already.

Tokens are estimated from the texts. What is expected is reckoned with answers of the greatest length that a request allows.`,
		Example: `  llmgate plan prompts.jsonl --model openai/gpt-5-mini
  llmgate plan prompts.jsonl --model openai/gpt-5-mini --rpm 500 -o answers.jsonl --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("plan takes one file of prompts, or - for standard input; see llmgate plan --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.plan(cmd.Context(), args[0], &f) },
	}
	f.gateFlags.register(cmd)
	f.sourceFlags.register(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "leave out what is answered in this output")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) plan(ctx context.Context, path string, f *planFlags) error {
	f.sendsNothing = true
	gate, err := f.gateFlags.open(ctx, a)
	if err != nil {
		return err
	}
	defer gate.Abort()
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	src, err := f.sourceFlags.open(in, path, gate.vendor)
	if err != nil {
		return err
	}
	defer src.Close()
	var state *bulk.State
	if f.output != "" && bulk.Begun(f.output) {
		if state, err = bulk.Open(ctx, f.output); err != nil {
			return usage(err)
		}
		defer state.Close()
	}
	p, err := a.reckon(gate, src, state)
	if err != nil {
		return err
	}
	if f.asJSON {
		return json.NewEncoder(a.out).Encode(p)
	}
	_, err = fmt.Fprint(a.out, planText(p, gate.names))
	return err
}

// reckon plans what a gate would do with a source.
func (a *app) reckon(gate *opened, src *source.Source, state *bulk.State) (*bulk.Plan, error) {
	items, err := begin(src)
	if err != nil {
		return nil, err
	}
	p, err := bulk.NewPlan(bulk.PlanConfig{
		Items: items, Provider: gate.provider, Model: gate.model, Prices: gate.prices, At: a.now(),
		Capabilities: gate.Capabilities(gate.model), Limits: gate.limits, State: state, As: gate.first,
	})
	if err != nil {
		return nil, failed(err)
	}
	return p, nil
}

// planText is a plan in words.
func planText(p *bulk.Plan, names string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("%s items for %s: %s to send, %s done already, %s duplicates, %s wrong",
		grouped(p.Items), names, grouped(p.ToSend), grouped(p.Done), grouped(p.Duplicates), grouped(p.Wrong))
	if p.ToSend == 0 {
		return b.String()
	}
	say("about %s tokens in, at most %s out", grouped(int(p.PromptTokens)), atMost(p))
	if priced := p.ToSend - p.Unpriced; priced > 0 {
		say("expected %v, at worst %v%s", p.Expected, p.Worst, unbounded(p))
		if p.Unbatched == 0 {
			say("through the batch API: %v", p.Batch)
		}
	}
	if p.Unpriced > 0 {
		say("%s items have no price: %s", grouped(p.Unpriced), p.Why)
	}
	if p.Time > 0 {
		say("the limits that are known make it take at least %s", p.Time.Round(time.Second))
	}
	if p.TooLong > 0 {
		say("%s do not fit into the model's context: %s", grouped(p.TooLong), few(p.TooLongIDs))
	}
	for _, problem := range slices.Sorted(maps.Keys(p.Lacking)) {
		say("%s items: %s", grouped(p.Lacking[problem]), problem)
	}
	return b.String()
}

func atMost(p *bulk.Plan) string {
	if p.Endless > 0 {
		return fmt.Sprintf("an unknown number (%s items set no max_tokens)", grouped(p.Endless))
	}
	return grouped(int(p.AnswerTokens))
}

func unbounded(p *bulk.Plan) string {
	if p.Unbounded == 0 {
		return ""
	}
	return fmt.Sprintf(", but for %s items that may cost more", grouped(p.Unbounded))
}

// confirm asks before a run that may cost more than the user wants to spend unasked.
func (a *app) confirm(path string, f *runFlags, state *bulk.State, gate *opened) error {
	if f.above == "" {
		return nil
	}
	above, err := request.ParseMoney(f.above)
	if err != nil || path == "-" {
		return usage(fmt.Errorf("--confirm-above %s: give an amount such as 5usd, and a file, for standard input can be read only once", f.above))
	}
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	src, err := f.sourceFlags.open(in, path, gate.vendor)
	if err != nil {
		return err
	}
	defer src.Close()
	p, err := a.reckon(gate, src, state)
	if err != nil {
		return err
	}
	if p.Unpriced == 0 && p.Unbounded == 0 && p.Worst <= above {
		return nil
	}
	fmt.Fprint(a.err, planText(p, gate.names))
	if a.asked() && a.yes(fmt.Sprintf("That may be more than %v. Go on? [y/N] ", above)) {
		return nil
	}
	return usage(errors.New("not confirmed, nothing was sent; raise --confirm-above to go on unasked"))
}

func (a *app) yes(question string) bool {
	fmt.Fprint(a.err, question)
	var answer string
	_, _ = fmt.Fscanln(a.in, &answer) // no answer is no
	return strings.HasPrefix(strings.ToLower(answer), "y")
}
