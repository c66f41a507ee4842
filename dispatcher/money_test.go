package dispatcher_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// purse is a ledger with one cap, and how its holds ended.
type purse struct {
	*ledger.Ledger
	ends *ledger.Subscription
}

func newPurse(t testing.TB, most request.Money, s store.Store) purse {
	t.Helper()
	l, err := ledger.New(t.Context(), ledger.Config{Budgets: []ledger.Budget{{Cap: most}}, Store: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return purse{l, l.Subscribe(100, ledger.Settled, ledger.Presumed, ledger.Released)}
}

// ended closes the purse and lists how its holds ended.
func (p purse) ended() (list []string) {
	p.Close()
	for e := range p.ends.Events() {
		list = append(list, string(e.Kind))
	}
	return list
}

// failing is a store that can't write once it holds something.
type failing struct{ *store.Memory }

func (f failing) Commit(ctx context.Context, b *store.Batch) error {
	if len(b.Ends) > 0 {
		return store.ErrFull
	}
	return f.Memory.Commit(ctx, b)
}

var errDear = errors.New("nobody knows what it costs")

// Every request may cost as many units as its target's weight is, and costs one.
func worst(t *dispatcher.Target, _ *request.Request) (request.Money, error) {
	if t.Weight == 0 {
		return 0, errDear
	}
	return request.Money(t.Weight), nil
}

func one(*dispatcher.Target, *request.Request, *request.Response) (request.Money, bool) {
	return 1, true
}

// all is a price as high as the worst case.
func all(t *dispatcher.Target, _ *request.Request, _ *request.Response) (request.Money, bool) {
	return request.Money(t.Weight), true
}

func TestMoneyIsSettledOnEveryPath(t *testing.T) {
	unbilled := &request.Error{Class: request.ClassInvalid, Status: 400}
	billed := &request.Error{Class: request.ClassTruncated, MaybeBilled: true}
	reported := &request.Error{Class: request.ClassContentPolicy, MaybeBilled: true, Partial: &request.Response{Usage: request.Usage{InputTokens: 3, Reported: true}}}
	collect := func(d *dispatcher.Dispatcher) { _, _ = request.Collect(d.Stream(context.Background(), question("?"))) }
	leave := func(d *dispatcher.Dispatcher) {
		for range d.Stream(context.Background(), question("?")) {
			break
		}
	}
	complete := func(d *dispatcher.Dispatcher) { _, _ = d.Complete(context.Background(), question("?")) }
	submit := func(d *dispatcher.Dispatcher) { _, _ = d.Submit(context.Background(), question("?")).Result() }
	for name, test := range map[string]struct {
		client request.Client
		do     func(*dispatcher.Dispatcher)
		want   []string
	}{
		"answer":              {script(), complete, []string{"settled"}},
		"stream":              {script(), collect, []string{"settled"}},
		"stream left":         {script(), leave, []string{"presumed"}},
		"stream cut":          {script(fake.Reply{Text: "so it goes", Cut: true, After: 1}), collect, []string{"presumed"}},
		"answer from a cache": {script(fake.Reply{Response: &request.Response{FromCache: true}}), complete, []string{"released"}},
		"refused":             {script(fake.Reply{Err: unbilled}), complete, []string{"released"}},
		"billed failure":      {script(fake.Reply{Err: billed, Times: 9}), complete, []string{"presumed", "presumed", "presumed"}},
		"failure with usage":  {script(fake.Reply{Err: reported}), complete, []string{"settled"}},
		"retry":               {script(fails(request.ClassTransient), fake.Reply{}), complete, []string{"released", "settled"}},
		"panic of the client": {panics{}, submit, []string{"presumed"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPurse(t, 1000, nil)
				d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: test.client, Weight: 10}}, Ledger: p.Ledger, Worst: worst, Price: one})
				test.do(d)
				if open := p.Snapshot().Open; open != 0 {
					t.Errorf("%d holds are open", open)
				}
				if d := cmp.Diff(test.want, p.ended()); d != "" {
					t.Errorf("ends (-want +got):\n%s", d)
				}
				if s := d.Stats(); s.Targets[0].Lane.InFlight != 0 || s.Targets[0].InFlight != 0 || s.InFlight != 0 {
					t.Errorf("places were not given back: %+v", s)
				}
			})
		})
	}
}

// panics is a client that panics.
type panics struct{ *fake.Client }

func (panics) Complete(context.Context, request.Request) (*request.Response, error) {
	panic(errors.New("oh"))
}
func (panics) Capabilities(string) request.Capabilities { return request.Capabilities{} }

func TestTheCostIsOnTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, dispatcher.Config{Targets: dispatcher.Clients(script(fails(request.ClassTransient), fake.Reply{})), Price: one})
		resp := ask(t, d)
		if !resp.Usage.Priced || resp.Usage.Cost != 1 || resp.Attempts[1].Usage.Cost != 1 || resp.Attempts[0].Usage.Priced {
			t.Errorf("usage %+v, attempts %+v", resp.Usage, resp.Attempts)
		}
		if total := d.Stats().Total; total.Cost != 1 || total.Unpriced != 0 || total.OutputTokens != int64(resp.Usage.OutputTokens) {
			t.Errorf("total %+v", total)
		}
	})
}

// An answer is the caller's, even if the ledger could not write down what it cost.
func TestALedgerThatFailsIsAWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observer.New(zapcore.ErrorLevel)
		p := newPurse(t, 100, failing{store.NewMemory()})
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: script(), Weight: 1}}, Ledger: p.Ledger, Worst: worst, Logger: zap.New(log)})
		resp := ask(t, d)
		if len(resp.Warnings) != 1 || resp.Warnings[0].Field != "ledger" || lines.Len() != 1 {
			t.Errorf("%d lines; warnings %v", lines.Len(), resp.Warnings)
		}
	})
}

func TestAFullBudgetGoesToACheaperTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dear, cheap := script(), script()
		p := newPurse(t, 100, nil)
		d := open(t, dispatcher.Config{
			Targets: []dispatcher.Target{{Name: "dear", Client: dear, Weight: 60}, {Name: "dearer", Client: dear, Weight: 90}, {Name: "cheap", Client: cheap, Weight: 40}},
			Ledger:  p.Ledger, Worst: worst, Price: all,
		})
		ask(t, d)
		resp := ask(t, d)
		if len(dear.Calls()) != 1 || len(cheap.Calls()) != 1 || resp.Attempts[0].Class != request.ClassBudget {
			t.Errorf("%d dear and %d cheap calls; attempts %+v", len(dear.Calls()), len(cheap.Calls()), resp.Attempts)
		}
		refused(t, t.Context(), d, request.ClassBudget)
		if s := p.Snapshot(); s.Spent != 100 || s.Reserved != 0 {
			t.Errorf("spent %v, reserved %v", s.Spent, s.Reserved)
		}
	})
}

// Whatever is thrown at it, no more is reserved than there is.
func TestTheCapHoldsUnderConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPurse(t, 505, nil)
		client := script(takes(time.Second))
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, Weight: 10}}, Ledger: p.Ledger, Worst: worst, Price: all})
		jobs, _ := count(1000)
		answered := 0
		for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 1000, Stop: []dispatcher.Condition{dispatcher.StopOnBudget()}}) {
			if r.Err == nil {
				answered++
			} else if !errors.Is(r.Err, request.ErrBudget) {
				t.Fatal(r.Err)
			}
		}
		if s := p.Snapshot(); answered != 50 || len(client.Calls()) != 50 || s.Spent != 500 || s.Open != 0 {
			t.Errorf("%d answered in %d calls, books %+v", answered, len(client.Calls()), s)
		}
	})
}
