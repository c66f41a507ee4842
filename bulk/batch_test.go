package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// depot runs jobs of one state via batch, over one provider.
type depot struct {
	*testing.T
	sim       *sim.Sim
	books     store.Store
	output    string
	model     string // "vendor/model"
	cap       request.Money
	perBatch  int                   // the most items of a batch; 0 is what the provider allows
	finds     bool                  // batches can be found by their names
	change    func(*bulk.JobConfig) // what a test wants otherwise
	transport http.RoundTripper
	submitted [][]string     // the names of the items, by batch
	ask       []func() error // about a batch, for each

	mu   sync.Mutex     // of the provider's books
	paid map[string]int // how often a question was answered
	bill request.Money
}

// counting counts submissions, and bounds them.
type counting struct {
	request.Batcher
	d *depot
}

func (c counting) BatchLimits() request.BatchLimits {
	limits := c.Batcher.BatchLimits()
	if c.d.perBatch > 0 {
		limits.Items = c.d.perBatch
	}
	return limits
}

func (c counting) SubmitBatch(ctx context.Context, items []request.BatchItem) (request.Batch, error) {
	return c.count(items, func() (request.Batch, error) { return c.Batcher.SubmitBatch(ctx, items) })
}

func (c counting) count(items []request.BatchItem, submit func() (request.Batch, error)) (request.Batch, error) {
	var names []string
	for i := range items {
		names = append(names, items[i].ID)
	}
	c.d.submitted = append(c.d.submitted, names)
	batch, err := submit()
	if err == nil {
		c.d.ask = append(c.d.ask, func() error {
			_, err := c.Batcher.PollBatch(c.d.Context(), batch.ID)
			return err
		})
	}
	return batch, err
}

// finding is counting for a provider that keeps names.
type finding struct {
	counting
	named request.NamedBatcher
}

func (f finding) SubmitBatchAs(ctx context.Context, name string, items []request.BatchItem) (request.Batch, error) {
	return f.count(items, func() (request.Batch, error) { return f.named.SubmitBatchAs(ctx, name, items) })
}

func (f finding) FindBatch(ctx context.Context, name string) (request.Batch, error) {
	return f.named.FindBatch(ctx, name)
}

// batcher is the client for batches.
func (d *depot) batcher(client llmgate.Client) request.Batcher {
	counted := counting{client.(request.Batcher), d}
	if !d.finds {
		return counted
	}
	return finding{counted, client.(request.NamedBatcher)}
}

func inDepot(t *testing.T, batches sim.Batches, test func(*depot)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &depot{
			T: t, books: store.NewMemory(), output: t.TempDir() + "/out.jsonl", model: "openai/gpt-4o-mini", cap: request.USD(1), paid: map[string]int{},
			change: func(*bulk.JobConfig) {},
		}
		var err error
		d.sim, err = sim.New(sim.Config{
			Batches: batches, Seed: 1, Billed: d.billed,
			Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: strings.ToUpper(p.Text)} },
		})
		check(t, err)
		d.transport = d.sim.Transport()
		test(d)
	})
}

// billed keeps the provider's books, at the prices of the table.
func (d *depot) billed(b sim.Bill) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paid[b.Text]++
	vendor, model, _ := strings.Cut(d.model, "/")
	u := request.Usage{InputTokens: b.InputTokens, OutputTokens: b.OutputTokens}
	cost, ok := pricing.Cost(vendor, model, &u, pricing.Service{At: time.Now(), Batch: b.Batched})
	if !ok {
		d.Errorf("%s has no price", d.model)
	}
	d.bill += cost
}

func (d *depot) run(ctx context.Context, input string) *bulk.Summary {
	d.Helper()
	sum, err := d.try(ctx, input)
	check(d.T, err)
	return sum
}

// try is run for one that may fail.
func (d *depot) try(ctx context.Context, input string) (*bulk.Summary, error) {
	d.Helper()
	state, err := bulk.NewState(d.Context(), unclosed{d.books}, d.output)
	check(d.T, err)
	options := []llmgate.Option{llmgate.WithTransport(d.transport), llmgate.WithAPIKey("key")}
	gate, err := llmgate.New(d.Context(), llmgate.Config{
		Models: []string{d.model}, Options: options, Store: state.Store(),
		Budget: llmgate.Budget{More: []ledger.Budget{{Cap: d.cap, AtCap: ledger.Wait}}},
	})
	if err != nil {
		return nil, err
	}
	defer gate.Close()
	client, err := llmgate.Open(d.Context(), d.model, options...)
	check(d.T, err)
	vendor, model, _ := strings.Cut(d.model, "/")
	src, err := source.Open(source.Config{Reader: strings.NewReader(input), Path: "in.jsonl", Provider: vendor})
	check(d.T, err)
	cfg := bulk.JobConfig{
		Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: src.Items(), Model: d.model,
		Batch: &bulk.Batch{Client: d.batcher(client), Provider: vendor, Model: model},
	}
	d.change(&cfg)
	job, err := state.Job(cfg)
	check(d.T, err)
	return job.Run(ctx)
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
		if diff := cmp.Diff([]string{"a ONE", "b TWO", "c THREE", "d ONE"}, d.results()); diff != "" || len(d.submitted) != 1 || sum.Spent == 0 || sum.Presumed != 0 {
			d.Errorf("%v submitted, %+v (-want +got):\n%s", d.submitted, sum.Snapshot, diff)
		}
		if sum = d.run(d.Context(), input); sum.EarlierAnswered != 4 || len(d.submitted) != 1 || len(d.paid) != 3 {
			d.Errorf("a third run: %+v", sum.Snapshot)
		}
	})
}

func TestABudgetTooSmallForABatch(t *testing.T) {
	inDepot(t, sim.Batches{}, func(d *depot) {
		d.cap = 1
		if sum := d.run(d.Context(), three); !request.IsBudget(sum.Stopped) || sum.Left != 3 || len(d.submitted) != 0 {
			d.Errorf("%v submitted, %+v", d.submitted, sum)
		}
	})
}

func TestExpiredItemsAreSentAgain(t *testing.T) {
	inDepot(t, sim.Batches{Expired: 0.5}, func(d *depot) {
		sum := d.run(d.Context(), three)
		if sum.Answered+sum.Failed != 3 || len(d.submitted) != 2 {
			d.Errorf("%v submitted, %+v", d.submitted, sum.Snapshot)
		}
	})
}

// An item without a result may have been billed: what was reserved for it counts as gone, and is reserved anew before it is sent
// once more.
func TestViaBatchItemsWithoutAResult(t *testing.T) {
	inDepot(t, sim.Batches{Missing: 0.5}, func(d *depot) {
		sum := d.run(d.Context(), many(20))
		sent := len(slices.Concat(d.submitted...))
		if sum.Answered < 10 || sum.Answered+sum.Failed != 20 || sent < 22 || sum.Spent != d.bill {
			d.Fatalf("%d sent, the provider charged %v: %+v", sent, d.bill, sum.Snapshot)
		}
		lost := request.Money(sent - sum.Answered)
		if least := request.USD(0.0003); sum.Presumed < lost*least { // the worst case of one is above that
			d.Errorf("%d sent for %d answers, %v presumed", sent, sum.Answered, sum.Presumed)
		}
	})
	inDepot(t, sim.Batches{Missing: 1}, func(d *depot) {
		d.cap = request.USD(0.0006) // too little for two
		sum := d.run(d.Context(), `{"id":"a","prompt":"one","max_tokens":1000}`+"\n")
		if sum.Failed != 1 || sum.Classes[request.ClassTruncated] != 1 || len(d.submitted) != 1 || sum.Presumed == 0 {
			d.Errorf("%d submitted, %+v", len(d.submitted), sum.Snapshot)
		}
	})
}

// An interrupt does not wait for batches: they go on, and another run asks for them.
func TestViaBatchInterrupted(t *testing.T) {
	inDepot(t, sim.Batches{Delay: time.Hour}, func(d *depot) {
		stop := make(chan struct{})
		d.change = func(cfg *bulk.JobConfig) { cfg.Stop = stop }
		go func() {
			time.Sleep(time.Minute)
			close(stop)
		}()
		begun := time.Now()
		if sum := d.run(d.Context(), three); !errors.Is(sum.Stopped, bulk.ErrInterrupted) || sum.Left != 3 || time.Since(begun) != time.Minute || len(d.submitted) != 1 {
			d.Fatalf("after %v: %+v", time.Since(begun), sum)
		}
		d.change = func(*bulk.JobConfig) {}
		if sum := d.run(d.Context(), three); sum.Answered != 3 || len(d.submitted) != 1 || len(sum.Unknown) != 0 || sum.Spent != d.bill {
			d.Errorf("%v submitted, %+v", d.submitted, sum)
		}
	})
}
