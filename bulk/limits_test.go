package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"%d","prompt":"question %d","max_tokens":1000}`+"\n", i, i)
	}
	return b.String()
}

func TestABudgetLeavesTheRest(t *testing.T) {
	d := newDesk(t, many(100))
	d.cfg.Concurrency, d.cfg.Total = 4, 100
	d.budget = 0.00105 // the worst case of one, and some of what they cost in truth
	sum := d.must()
	paid := d.paid()
	if !request.IsBudget(sum.Stopped) || paid == 0 || paid >= 100 || sum.Answered != paid || sum.Left != 100-paid || sum.Spent > request.USD(d.budget) {
		t.Fatalf("%d calls, stopped by %v: %+v", paid, sum.Stopped, sum.Snapshot)
	}
	each, known := sum.Each()
	if pending, total := sum.Pending(); !known || each <= 0 || !total || pending != 100-paid {
		t.Errorf("what more would buy is not said: %v each (%v), %d pending", each, known, pending)
	}
	d.budget = 0
	if sum := d.must(); d.paid() != 100-paid || sum.Stopped != nil || len(d.results()) != 100 {
		t.Fatalf("with more: %+v", sum.Snapshot)
	}
}

// rejects is a check that one answer does not pass.
func rejects(text string) func(*source.Item, *request.Response) error {
	return func(_ *source.Item, resp *request.Response) error {
		if resp.Content == text {
			return errors.New("it is no good")
		}
		return nil
	}
}

func TestACheckAsksAgainWithinABound(t *testing.T) {
	d := newDesk(t, three)
	var tries atomic.Int64
	d.answer = func(text string) string {
		if strings.HasPrefix(text, "two") && tries.Add(1) < 3 {
			return "no good"
		}
		return strings.ToUpper(text)
	}
	d.cfg.Check = rejects("no good")
	d.cfg.CheckRetries = 1
	d.cfg.Repair = func(before request.Request, answer *request.Response, why error) request.Request {
		before.Messages = append(before.Messages[:1:1], answer.Message(), request.Message{Role: request.RoleUser, Content: "two: " + why.Error()})
		return before
	}
	sum := d.must()
	if d.paid() != 4 || sum.Failed != 1 || len(d.results()) != 2 || !strings.Contains(d.failures(), `"code":"check_failed"`) {
		t.Fatalf("%+v; %s", sum.Snapshot, d.failures())
	}
	if sum = d.must(); d.paid() != 0 || sum.EarlierFailed != 1 {
		t.Fatalf("a failure was sent again unasked: %+v", sum.Snapshot)
	}
	d.cfg.RetryFailed = true
	sum = d.must()
	if d.paid() != 1 || sum.Answered != 1 || len(d.results()) != 3 || d.failures() != "" {
		t.Fatalf("%+v; %v; %s", sum.Snapshot, d.results(), d.failures())
	}
}

func TestAStopLeavesTheRest(t *testing.T) {
	for name, twice := range map[string]bool{"once": false, "twice": true} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, many(50))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stop := make(chan struct{})
			var calls atomic.Int64
			d.answer = func(text string) string {
				if calls.Add(1) == 10 {
					close(stop)
					if twice {
						cancel()
					}
				}
				return strings.ToUpper(text)
			}
			d.cfg.Stop, d.cfg.Concurrency = stop, 4
			sum, err := d.runWith(ctx)
			check(t, err)
			if sum.Stopped == nil || sum.Answered == 0 || sum.Answered >= 50 || sum.Answered != len(d.results()) {
				t.Fatalf("stopped by %v: %+v, %d lines", sum.Stopped, sum.Snapshot, len(d.results()))
			}
			d.cfg.Stop, d.answer = nil, strings.ToUpper
			first := d.paid()
			if sum = d.must(); len(d.results()) != 50 || d.failures() != "" || first+d.paid()-50 > len(sum.Unknown) {
				t.Errorf("going on: %+v, %d lines, %d unknown", sum.Snapshot, len(d.results()), len(sum.Unknown))
			}
		})
	}
}

func TestTwoRunsOnOneOutput(t *testing.T) {
	d := newDesk(t, three)
	state, err := bulk.Open(t.Context(), d.output)
	check(t, err)
	defer state.Close()
	if _, err := bulk.Open(t.Context(), d.output); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), d.output) {
		t.Errorf("the second run: %v", err)
	}
}

func TestOutputsThatCantBe(t *testing.T) {
	folder := t.TempDir()
	for output, want := range map[string]string{
		folder:                   "is a folder",
		folder + "/none/out.txt": "create it first",
	} {
		if _, err := bulk.Open(t.Context(), output); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", output, err, want)
		}
	}
}

// fullDisk is a store whose disk is full after some commits.
type fullDisk struct {
	store.Store
	room atomic.Int64
}

func (f *fullDisk) Commit(ctx context.Context, b *store.Batch) error {
	if f.room.Add(-1) < 0 {
		return store.ErrFull
	}
	return f.Store.Commit(ctx, b)
}

func TestAFullDiskLosesNothing(t *testing.T) {
	d := newDesk(t, many(40))
	d.cfg.Concurrency = 4
	disk := &fullDisk{Store: store.NewMemory()}
	disk.room.Store(9)
	d.open = func(ctx context.Context) (*bulk.State, error) { return bulk.NewState(ctx, unclosed{disk}, d.output) }
	sum, err := d.run()
	if !errors.Is(err, store.ErrFull) || !errors.Is(err, ledger.ErrNotDurable) || sum.Answered >= 40 {
		t.Fatalf("%v: %+v", err, sum.Snapshot)
	}
	disk.room.Store(1 << 30)
	first := d.paid()
	sum = d.must()
	if len(d.results()) != 40 || first+d.paid()-40 > len(sum.Unknown) {
		t.Errorf("with room again: %+v; %d lines, %d calls, %d unknown", sum.Snapshot, len(d.results()), first, len(sum.Unknown))
	}
}

// unclosed is a store that goes on after Close, as a file does.
type unclosed struct{ store.Store }

func (unclosed) Close() error { return nil }

func TestAnAnswerOfParts(t *testing.T) {
	d := newDesk(t, `{"id":"doc","prompt":"p q q r"}`)
	fails := true
	d.cfg.Compose = func(ctx context.Context, item *source.Item, ask bulk.Ask) (*request.Response, error) {
		whole := &request.Response{}
		for _, word := range strings.Fields(item.Request.Messages[0].Content) {
			if word == "r" && fails {
				return nil, &request.Error{Class: request.ClassAuth, Message: "as scripted"}
			}
			resp, err := ask(ctx, request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: word}}})
			if err != nil {
				return nil, err
			}
			whole.Content += resp.Content
			whole.Usage = whole.Usage.Add(resp.Usage)
		}
		return whole, nil
	}
	sum := d.must()
	if sum.Answered != 0 || sum.Left != 1 || d.paid() != 2 {
		t.Fatalf("%+v", sum.Snapshot)
	}
	fails = false
	if sum = d.must(); d.paid() != 1 || sum.Answered != 1 || strings.Join(d.results(), " ") != "doc PQQR" {
		t.Fatalf("going on: %+v; %v", sum.Snapshot, d.results())
	}
	if d.must(); d.paid() != 0 {
		t.Error("the same again was paid")
	}
}
