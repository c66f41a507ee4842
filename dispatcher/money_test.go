package dispatcher_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// purse is a ledger with one cap.
type purse struct {
	mu                        sync.Mutex
	cap                       request.Money
	reserved, spent, presumed request.Money
	broken                    error // of every end
	ends                      []string
	open                      int
}

type coins struct {
	purse  *purse
	amount request.Money
	over   bool
}

func (p *purse) Reserve(_ context.Context, c dispatcher.Charge) (dispatcher.Hold, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Unpriced || p.reserved+p.spent+p.presumed+c.Amount > p.cap {
		return nil, &request.Error{Class: request.ClassBudget, Message: "no room in the purse"}
	}
	p.reserved += c.Amount
	p.open++
	return &coins{purse: p, amount: c.Amount}, nil
}

func (c *coins) end(how string, spent, presumed request.Money) error {
	p := c.purse
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.over {
		panic("a hold was ended twice")
	}
	c.over = true
	p.open--
	p.reserved -= c.amount
	p.spent += spent
	p.presumed += presumed
	p.ends = append(p.ends, how)
	return p.broken
}

func (c *coins) Settle(u request.Usage) error {
	if !u.Priced {
		return c.end("presume", 0, c.amount)
	}
	return c.end("settle", u.Cost, 0)
}
func (c *coins) Presume() error { return c.end("presume", 0, c.amount) }
func (c *coins) Release() error { return c.end("release", 0, 0) }

// Every request may cost as many units as its target's weight is, and costs one.
func worst(t *dispatcher.Target, _ *request.Request) (request.Money, bool) {
	return request.Money(t.Weight), t.Weight > 0
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
		"answer":              {script(), complete, []string{"settle"}},
		"stream":              {script(), collect, []string{"settle"}},
		"stream left":         {script(), leave, []string{"presume"}},
		"stream cut":          {script(fake.Reply{Text: "so it goes", Cut: true, After: 1}), collect, []string{"presume"}},
		"answer from a cache": {script(fake.Reply{Response: &request.Response{FromCache: true}}), complete, []string{"release"}},
		"refused":             {script(fake.Reply{Err: unbilled}), complete, []string{"release"}},
		"billed failure":      {script(fake.Reply{Err: billed, Times: 9}), complete, []string{"presume", "presume", "presume"}},
		"failure with usage":  {script(fake.Reply{Err: reported}), complete, []string{"settle"}},
		"retry":               {script(fails(request.ClassTransient), fake.Reply{}), complete, []string{"release", "settle"}},
		"panic of the client": {panics{}, submit, []string{"presume"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &purse{cap: 1000}
				d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: test.client, Weight: 10}}, Ledger: p, Worst: worst, Price: one})
				test.do(d)
				if d := cmp.Diff(test.want, p.ends); d != "" || p.open != 0 {
					t.Errorf("%d open; ends (-want +got):\n%s", p.open, d)
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
		p := &purse{cap: 100, broken: errors.New("disk full")}
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: script(), Weight: 1}}, Ledger: p, Worst: worst, Logger: zap.New(log)})
		resp := ask(t, d)
		want := []request.Warning{{Field: "ledger", Message: "disk full"}}
		if d := cmp.Diff(want, resp.Warnings); d != "" || lines.Len() != 1 {
			t.Errorf("%d lines; warnings (-want +got):\n%s", lines.Len(), d)
		}
	})
}

func TestAFullBudgetGoesToACheaperTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dear, cheap := script(), script()
		p := &purse{cap: 100}
		d := open(t, dispatcher.Config{
			Targets: []dispatcher.Target{{Name: "dear", Client: dear, Weight: 60}, {Name: "dearer", Client: dear, Weight: 90}, {Name: "cheap", Client: cheap, Weight: 40}},
			Ledger:  p, Worst: worst, Price: all,
		})
		ask(t, d)
		resp := ask(t, d)
		if len(dear.Calls()) != 1 || len(cheap.Calls()) != 1 || resp.Attempts[0].Class != request.ClassBudget {
			t.Errorf("%d dear and %d cheap calls; attempts %+v", len(dear.Calls()), len(cheap.Calls()), resp.Attempts)
		}
		refused(t, t.Context(), d, request.ClassBudget)
		if p.spent != 100 || p.reserved != 0 {
			t.Errorf("spent %v, reserved %v", p.spent, p.reserved)
		}
	})
}

// Whatever is thrown at it, no more is reserved than there is.
func TestTheCapHoldsUnderConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &purse{cap: 505}
		client := script(takes(time.Second))
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, Weight: 10}}, Ledger: p, Worst: worst, Price: all})
		jobs, _ := count(1000)
		answered := 0
		for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 1000, Stop: []dispatcher.Condition{dispatcher.StopOnBudget()}}) {
			if r.Err == nil {
				answered++
			} else if !errors.Is(r.Err, request.ErrBudget) {
				t.Fatal(r.Err)
			}
		}
		if answered != 50 || len(client.Calls()) != 50 || p.spent != 500 || p.open != 0 {
			t.Errorf("%d answered in %d calls, spent %v, %d holds open", answered, len(client.Calls()), p.spent, p.open)
		}
	})
}
