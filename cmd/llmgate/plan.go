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

Tokens are estimated from the texts. What is expected is reckoned with answers of the greatest length that a request allows: where
it sets no max_tokens, that of the model. Documents are planned by llmgate docs --dry-run.`,
		Example: `  llmgate plan prompts.jsonl --model openai/gpt-5-mini
  llmgate plan prompts.jsonl --model openai/gpt-5-mini --rpm 500 -o answers.jsonl --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("plan takes one file of prompts, or - for standard input; see llmgate plan --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tellPlan(cmd.Context(), &f.gateFlags, f.output, "items", f.asJSON, a.reckonFile(args[0], &f.sourceFlags))
		},
	}
	f.gateFlags.register(cmd)
	f.sourceFlags.register(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "leave out what is answered in this output")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

// reckoner plans the work of a command over the state of its output, nil if it has none.
type reckoner func(gate *opened, state *bulk.State) (*bulk.Plan, error)

// tellPlan prints a plan, and sends nothing.
func (a *app) tellPlan(ctx context.Context, f *gateFlags, output, things string, asJSON bool, reckon reckoner) error {
	f.sendsNothing = true
	gate, err := f.open(ctx, a)
	if err != nil {
		return err
	}
	defer gate.Abort()
	p, err := a.reckonOver(ctx, output, gate, reckon)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(p)
	}
	_, err = fmt.Fprint(a.out, planText(p, gate, things))
	return err
}

// reckonOver opens the state of an output for a plan, if there is one.
func (a *app) reckonOver(ctx context.Context, output string, gate *opened, reckon reckoner) (p *bulk.Plan, err error) {
	if output == "" || !bulk.Begun(output) {
		return reckon(gate, nil)
	}
	state, err := a.openState(ctx, output)
	if err != nil {
		return nil, usage(err)
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return reckon(gate, state)
}

// reckonFile plans a file of items.
func (a *app) reckonFile(path string, f *sourceFlags) reckoner {
	return func(gate *opened, state *bulk.State) (*bulk.Plan, error) {
		in, err := a.input(path)
		if err != nil {
			return nil, err
		}
		defer in.Close()
		src, err := f.open(in, path, gate.vendor)
		if err != nil {
			return nil, err
		}
		defer src.Close()
		items, err := begin(src)
		if err != nil {
			return nil, err
		}
		return a.reckon(gate, bulk.PlanConfig{Items: items, State: state})
	}
}

// reckon plans what a gate would do.
func (a *app) reckon(gate *opened, cfg bulk.PlanConfig) (*bulk.Plan, error) {
	cfg.Provider, cfg.Model, cfg.As, cfg.Prices, cfg.At = gate.provider, gate.model, gate.first, gate.prices, a.now()
	cfg.Capabilities, cfg.Limits = gate.Capabilities(gate.model), gate.limits
	p, err := bulk.NewPlan(cfg)
	if err != nil {
		return nil, failed(err)
	}
	return p, nil
}

// planText is a plan in words, of things such as items.
func planText(p *bulk.Plan, gate *opened, things string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("%s %s for %s: %s to send, %s done already, %s duplicates, %s wrong",
		grouped(p.Items), things, gate.names, grouped(p.ToSend), grouped(p.Done), grouped(p.Duplicates), grouped(p.Wrong))
	if p.Fault != "" {
		say("the first that is wrong: %s", p.Fault)
	}
	if p.ToSend == 0 {
		return b.String()
	}
	if p.Requests != p.ToSend {
		say("at most %s requests, as an estimate: those that reduce answers are reckoned with the longest there can be", grouped(p.Requests))
	}
	say("about %s tokens in, at most %s out%s", grouped(int(p.PromptTokens)), atMost(p), unset(p))
	if gate.vendor == "sim" && p.Worst == 0 {
		say("the simulator answers, at no cost; name a model by --model to plan with its price")
	} else {
		b.WriteString(costText(p))
	}
	if p.Time > 0 {
		say("the limits that are known make it take at least %s", p.Time.Round(time.Second))
	}
	if p.TooLong > 0 {
		say("%s do not fit into the model's context: %s", grouped(p.TooLong), few(p.TooLongIDs))
	}
	for _, problem := range slices.Sorted(maps.Keys(p.Lacking)) {
		say("%s requests: %s", grouped(p.Lacking[problem]), problem)
	}
	return b.String()
}

func costText(p *bulk.Plan) string {
	var b strings.Builder
	if p.Requests > p.Unpriced {
		fmt.Fprintf(&b, "expected %v, at worst %v%s\n", p.Expected, p.Worst, unbounded(p))
		if p.Unbatched == 0 {
			fmt.Fprintf(&b, "through the batch API: %v, at worst %v\n", p.Batch, p.BatchWorst)
		}
	}
	if p.Unpriced > 0 {
		fmt.Fprintf(&b, "%s requests have no price: %s\n", grouped(p.Unpriced), p.Why)
	}
	return b.String()
}

func atMost(p *bulk.Plan) string {
	if p.Endless > 0 {
		return "an unknown number"
	}
	return grouped(int(p.AnswerTokens))
}

// unset tells what an answer was taken for where nothing bounds it.
func unset(p *bulk.Plan) string {
	switch {
	case p.Unset == 0:
		return ""
	case p.Endless > 0:
		return fmt.Sprintf("; %s requests set no max_tokens, and what the model bounds its answers to is not known", grouped(p.Endless))
	}
	return fmt.Sprintf("; %s requests set no max_tokens and are reckoned with the model's longest answer, %s tokens", grouped(p.Unset), grouped(p.LongestAnswer))
}

func unbounded(p *bulk.Plan) string {
	if p.Unbounded == 0 {
		return ""
	}
	return fmt.Sprintf(", but for %s requests that may cost more", grouped(p.Unbounded))
}
