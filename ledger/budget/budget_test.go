package budget_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/ledger/budget"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// worst is a dollar, for every model but the one called new.
func worst(r *request.Request) (request.Money, error) {
	if r.Model == "new" {
		return request.Dollar, errors.New("a new model")
	}
	return request.Dollar, nil
}

// cost is ten cents for every answer that reports its use.
func cost(_ *request.Request, r *request.Response) (request.Money, bool) {
	return 10 * request.Cent, r.Usage.Reported
}

var reported = &request.Usage{InputTokens: 10, OutputTokens: 5, Reported: true}

// around makes a client with a budget around a scripted one.
func around(t *testing.T, reply fake.Reply, cfg budget.Config) (*budget.Client, *fake.Client) {
	t.Helper()
	inner := fake.New(fake.Config{Default: &reply})
	if cfg.Worst == nil {
		cfg.Worst = worst
	}
	cfg.Cost, cfg.Provider, cfg.Model = cost, "fake", "fake"
	client := budget.New(cfg)(inner).(*budget.Client)
	t.Cleanup(func() {
		for range 2 {
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return client, inner
}

var hello = request.Request{
	Messages: []request.Message{{Role: request.RoleUser, Content: "hello there, good to see you"}}, Tenant: "acme",
	Labels: map[string]string{"project": "p"},
}

// books are spent, presumed and reserved of everything.
func books(c *budget.Client) [3]request.Money {
	s := c.Ledger().Snapshot()
	return [3]request.Money{s.Spent, s.Presumed, s.Reserved}
}

var (
	spent    = [3]request.Money{10 * request.Cent, 0, 0}
	presumed = [3]request.Money{0, request.Dollar, 0}
	nothing  = [3]request.Money{}
)

func TestEveryPathIsAccounted(t *testing.T) {
	charged := &request.Usage{Reported: true, CostReported: true}
	charged.SetCost(7 * request.Cent)
	for _, test := range []struct {
		name  string
		reply fake.Reply
		want  [3]request.Money
	}{
		{"answered", fake.Reply{Text: "hi", Usage: reported}, spent},
		{"the provider says what it charged", fake.Reply{Text: "hi", Usage: charged}, [3]request.Money{7 * request.Cent}},
		{"no price for what was used", fake.Reply{Text: "hi"}, presumed},
		{"answered by a cache", fake.Reply{Text: "hi", Response: &request.Response{FromCache: true}}, nothing},
		{"refused by status", fake.Reply{Err: &request.Error{Class: request.ClassRateLimit, Status: 429}}, nothing},
		{"maybe billed", fake.Reply{Err: &request.Error{Class: request.ClassTimeout, MaybeBilled: true}}, presumed},
		{"broken off", fake.Reply{Text: "a long answer, of which little comes", Cut: true, After: 2}, presumed},
		{"declined, and the use is known", fake.Reply{Refusal: "no", Usage: reported}, spent},
	} {
		t.Run(test.name, func(t *testing.T) {
			for how, call := range map[string]func(*budget.Client) (*request.Response, error){
				"Complete": func(c *budget.Client) (*request.Response, error) { return c.Complete(t.Context(), hello) },
				"Stream": func(c *budget.Client) (*request.Response, error) {
					return request.Collect(c.Stream(t.Context(), hello))
				},
			} {
				client, _ := around(t, test.reply, budget.Config{TotalUSD: 5})
				resp, err := call(client)
				if diff := cmp.Diff(test.want, books(client)); diff != "" {
					t.Errorf("%s: spent, presumed, reserved (-want +got):\n%s(%v)", how, diff, err)
				}
				if err == nil && test.want[0] > 0 && (resp.Usage.Cost != test.want[0] || resp.Usage.CostUSD != test.want[0].USD()) {
					t.Errorf("%s: the answer says it cost %v, $%v", how, resp.Usage.Cost, resp.Usage.CostUSD)
				}
			}
		})
	}
}

func TestStreamLeftEarly(t *testing.T) {
	client, _ := around(t, fake.Reply{Text: "a long answer, most of which nobody reads", Usage: reported}, budget.Config{TotalUSD: 5})
	for range client.Stream(t.Context(), hello) {
		break
	}
	if diff := cmp.Diff(presumed, books(client)); diff != "" {
		t.Errorf("left at the first chunk (-want +got):\n%s", diff)
	}
	for chunk := range client.Stream(t.Context(), hello) {
		if chunk.Response != nil {
			break
		}
	}
	if got := books(client); got != [3]request.Money{10 * request.Cent, request.Dollar, 0} {
		t.Errorf("left at the last chunk: %v", got)
	}
	stream := client.Stream(t.Context(), hello) // nobody ranges over it: nothing is asked
	if stream == nil || client.Ledger().Snapshot().Open != 0 {
		t.Error("a stream that was not begun holds money")
	}
}

// broken panics, or ends a stream without an end.
type broken struct{ request.Client }

func (broken) Complete(context.Context, request.Request) (*request.Response, error) { panic("broken") }

func (broken) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) { yield(request.Chunk{Content: "x"}, nil) }
}

func TestBrokenClient(t *testing.T) {
	client := budget.New(budget.Config{TotalUSD: 5, Worst: worst})(broken{}).(*budget.Client)
	defer client.Close()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = client.Complete(t.Context(), hello)
	}()
	for range client.Stream(t.Context(), hello) {
	}
	if got := books(client); got != [3]request.Money{0, 2 * request.Dollar, 0} {
		t.Errorf("spent, presumed, reserved are %v", got)
	}
}

// odd fails with an error that says nothing of what was billed.
type odd struct{ request.Client }

func (odd) Complete(context.Context, request.Request) (*request.Response, error) {
	return nil, errors.New("odd")
}

func TestForeignError(t *testing.T) {
	client := budget.New(budget.Config{TotalUSD: 5, Worst: worst})(odd{}).(*budget.Client)
	defer client.Close()
	if _, err := client.Complete(t.Context(), hello); err == nil || books(client) != presumed {
		t.Errorf("%v; spent, presumed, reserved are %v", err, books(client))
	}
}

func TestRefusedIsNotSent(t *testing.T) {
	client, inner := around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{DailyUSD: 1.05, HourlyUSD: 100, AtCap: ledger.Cheaper})
	if _, err := client.Complete(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	_, err := client.Complete(t.Context(), hello)
	_, streamed := request.Collect(client.Stream(t.Context(), hello))
	for _, err := range []error{err, streamed} {
		why, ok := errors.AsType[*ledger.BudgetError](err)
		if !ok || !errors.Is(err, request.ErrBudget) || why.Budget != "day" || why.Left != 95*request.Cent || !why.Cheaper {
			t.Errorf("over the cap: %v", err)
		}
	}
	if n := len(inner.Calls()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestUnpricedModel(t *testing.T) {
	req := hello
	req.Model = "new"
	client, inner := around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{TotalUSD: 5})
	if _, err := client.Complete(t.Context(), req); !errors.Is(err, ledger.ErrUnpriced) || !strings.Contains(err.Error(), "a new model") || len(inner.Calls()) != 0 {
		t.Errorf("%v, %d sent", err, len(inner.Calls()))
	}
	client, _ = around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{TotalUSD: 5, Unpriced: ledger.CountTokens})
	if _, err := client.Complete(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if rows := client.Ledger().Summary("model"); len(rows) != 1 || rows[0].Labels["model"] != "new" || rows[0].InputTokens != 10 {
		t.Errorf("counted are %+v", rows)
	}
}

// Several clients, each around another provider, share a ledger with budgets by tenant.
func TestSharedLedger(t *testing.T) {
	l, err := ledger.New(t.Context(), ledger.Config{Budgets: []ledger.Budget{{Cap: 2 * request.Dollar, Each: []string{"tenant", "project"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, _ := around(t, fake.Reply{Err: &request.Error{Class: request.ClassTimeout, MaybeBilled: true}}, budget.Config{Ledger: l})
	b, _ := around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{Ledger: l})
	_, _ = a.Complete(t.Context(), hello)
	_, _ = a.Complete(t.Context(), hello)
	if _, err := b.Complete(t.Context(), hello); !errors.Is(err, request.ErrBudget) || !strings.Contains(err.Error(), `project "p"`) {
		t.Errorf("a third of acme: %v", err)
	}
	other := hello
	other.Tenant = "other"
	if _, err := b.Complete(t.Context(), other); err != nil {
		t.Errorf("of another tenant: %v", err)
	}
}

func TestNeverOverTheCap(t *testing.T) {
	client, inner := around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{TotalUSD: 3})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 5 {
				_, err := client.Complete(t.Context(), hello)
				if err != nil && !errors.Is(err, request.ErrBudget) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := books(client)
	if sent := request.Money(len(inner.Calls())); got[0] != sent*10*request.Cent || got[0] > 3*request.Dollar || got[2] != 0 {
		t.Errorf("%d were sent; spent, presumed, reserved are %v", sent, got)
	}
}

// full is a store that has no room after the reservation.
type full struct{ *store.Memory }

func (f full) Commit(ctx context.Context, b *store.Batch) error {
	if len(b.Ends) > 0 {
		return store.ErrFull
	}
	return f.Memory.Commit(ctx, b)
}

func TestAnswerOutlivesTheStore(t *testing.T) {
	l, err := ledger.New(t.Context(), ledger.Config{Store: full{store.NewMemory()}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, _ := around(t, fake.Reply{Text: "hi", Usage: reported}, budget.Config{Ledger: l})
	resp, err := client.Complete(t.Context(), hello)
	if err != nil || resp.Content != "hi" || len(resp.Warnings) != 1 || !strings.Contains(resp.Warnings[0].String(), "budget: ledger: not written") {
		t.Errorf("answered, on a full disk: %+v, %v", resp, err)
	}
	_, err = client.Complete(t.Context(), hello)
	if e, ok := errors.AsType[*request.Error](err); !ok || !errors.Is(err, ledger.ErrNotDurable) || e.MaybeBilled {
		t.Errorf("the next one: %v; want it not to be sent", err)
	}
}

// By the table of prices: what is reserved bounds what is paid, and the answer says that.
func TestTableOfPrices(t *testing.T) {
	inner := fake.New(fake.Config{Provider: "openai", Model: "gpt-5-mini", Default: &fake.Reply{Text: "hi", Usage: reported}})
	client := budget.New(budget.Config{Provider: "openai", Model: "gpt-5-mini", DailyUSD: 20})(inner).(*budget.Client)
	defer client.Close()
	events := client.Ledger().Subscribe(10)
	resp, err := client.Complete(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	// 10 tokens read at $0.25 for a million and 5 written at $2.00
	if want := request.Money(12_500); resp.Usage.Cost != want || !resp.Usage.Priced {
		t.Errorf("cost %v, priced %v; want %v", resp.Usage.Cost, resp.Usage.Priced, want)
	}
	if e := <-events.Events(); e.Kind != ledger.Settled || e.Cost != resp.Usage.Cost || e.Amount < request.Cent || e.Amount > request.Dollar {
		t.Errorf("reserved and settled: %+v", e)
	}
	extra := hello
	extra.Extra = map[string]map[string]any{"openai": {"n": 5}}
	if _, err := client.Complete(t.Context(), extra); !errors.Is(err, ledger.ErrUnpriced) || !strings.Contains(err.Error(), "AllowUnbounded") {
		t.Errorf("a request that may bring several answers: %v", err)
	}
	loose := budget.New(budget.Config{Provider: "openai", Model: "gpt-5-mini", Ledger: client.Ledger(), AllowUnbounded: true})(inner)
	if _, err := loose.Complete(t.Context(), extra); err != nil {
		t.Errorf("the same, allowed: %v", err)
	}
	other := hello
	other.Model = "no-such-model"
	if _, err := client.Complete(t.Context(), other); !errors.Is(err, ledger.ErrUnpriced) || !strings.Contains(err.Error(), "no-such-model") {
		t.Errorf("a model without a price: %v", err)
	}
}

func TestConfigFaults(t *testing.T) {
	l, err := ledger.New(t.Context(), ledger.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, test := range []struct {
		cfg  budget.Config
		want []string
	}{
		{budget.Config{}, []string{"no amount"}},
		{budget.Config{DailyUSD: -1, TotalUSD: -2}, []string{"DailyUSD -1", "TotalUSD -2"}},
		{budget.Config{Ledger: l, DailyUSD: 1}, []string{"beside a Ledger"}},
		{budget.Config{DailyUSD: 1, AtCap: "sleep"}, []string{`AtCap "sleep"`}},
	} {
		test.cfg.Worst = worst
		text := panicOf(func() { budget.New(test.cfg) })
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: %q does not say %q", test.cfg, text, want)
			}
		}
	}
}

func panicOf(do func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	do()
	return ""
}
