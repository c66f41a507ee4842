package bulk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// depot runs jobs of one state via batch, over one provider.
type depot struct {
	*testing.T
	sim       *sim.Sim
	books     store.Store
	output    string
	cap       request.Money
	submitted int
	paid      map[string]int
}

// counting counts submissions.
type counting struct {
	request.Batcher
	d *depot
}

func (c counting) SubmitBatch(ctx context.Context, items []request.BatchItem) (request.Batch, error) {
	c.d.submitted++
	return c.Batcher.SubmitBatch(ctx, items)
}

func inDepot(t *testing.T, batches sim.Batches, test func(*depot)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &depot{T: t, books: store.NewMemory(), output: t.TempDir() + "/out.jsonl", cap: request.USD(1), paid: map[string]int{}}
		var err error
		d.sim, err = sim.New(sim.Config{Batches: batches, Seed: 1, Respond: func(p *sim.Prompt) *sim.Answer {
			d.paid[p.Text]++
			return &sim.Answer{Text: strings.ToUpper(p.Text)}
		}})
		check(t, err)
		test(d)
	})
}

func (d *depot) run(ctx context.Context, input string) *bulk.Summary {
	d.Helper()
	state, err := bulk.NewState(d.Context(), unclosed{d.books}, d.output)
	check(d.T, err)
	gate, err := llmgate.New(d.Context(), llmgate.Config{
		Models: []string{"openai/gpt-4o-mini"}, Options: []llmgate.Option{llmgate.WithTransport(d.sim.Transport()), llmgate.WithAPIKey("key")},
		Store: state.Store(), Budget: llmgate.Budget{More: []ledger.Budget{{Cap: d.cap, AtCap: ledger.Wait}}},
	})
	check(d.T, err)
	defer gate.Close()
	client, err := openai.New(openai.Config{Model: "gpt-4o-mini", APIKey: "key", Transport: d.sim.Transport()})
	check(d.T, err)
	src, err := source.Open(source.Config{Reader: strings.NewReader(input), Path: "in.jsonl", Provider: "openai"})
	check(d.T, err)
	job, err := state.Job(bulk.JobConfig{
		Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: src.Items(), Model: "openai/gpt-4o-mini",
		Batch: &bulk.Batch{Client: counting{client, d}, Provider: "openai", Model: "gpt-4o-mini"},
	})
	check(d.T, err)
	sum, err := job.Run(ctx)
	check(d.T, err)
	return sum
}

func (d *depot) results() []string {
	lines := (&desk{t: d.T, output: d.output}).results()
	slices.Sort(lines)
	return lines
}

// A run that was stopped in the middle goes on with the batches that it submitted, and items that ask the same are paid once.
func TestViaBatchGoesOn(t *testing.T) {
	inDepot(t, sim.Batches{Delay: 2 * time.Hour}, func(d *depot) {
		ctx, cancel := context.WithTimeout(d.Context(), time.Hour)
		defer cancel()
		input := three + `{"id":"d","prompt":"one"}` + "\n"
		if sum := d.run(ctx, input); sum.Left != 4 || sum.Answered != 0 || !errors.Is(sum.Stopped, context.DeadlineExceeded) {
			d.Fatalf("the first run: %+v", sum)
		}
		sum := d.run(d.Context(), input)
		if diff := cmp.Diff([]string{"a ONE", "b TWO", "c THREE", "d ONE"}, d.results()); diff != "" || d.submitted != 1 || sum.Spent == 0 || sum.Presumed != 0 {
			d.Errorf("%d submitted, %+v (-want +got):\n%s", d.submitted, sum.Snapshot, diff)
		}
		if sum = d.run(d.Context(), input); sum.EarlierAnswered != 4 || d.submitted != 1 || len(d.paid) != 3 {
			d.Errorf("a third run: %+v", sum.Snapshot)
		}
	})
}

func TestABudgetTooSmallForABatch(t *testing.T) {
	inDepot(t, sim.Batches{}, func(d *depot) {
		d.cap = 1
		if sum := d.run(d.Context(), three); !request.IsBudget(sum.Stopped) || sum.Left != 3 || d.submitted != 0 {
			d.Errorf("%d submitted, %+v", d.submitted, sum)
		}
	})
}

func TestExpiredItemsAreSentAgain(t *testing.T) {
	inDepot(t, sim.Batches{Expired: 0.5}, func(d *depot) {
		sum := d.run(d.Context(), three)
		if sum.Answered+sum.Failed != 3 || d.submitted != 2 {
			d.Errorf("%d submitted, %+v", d.submitted, sum.Snapshot)
		}
	})
}
