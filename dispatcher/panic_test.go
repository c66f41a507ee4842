package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// thrown checks that an error is a panic with a text.
func thrown(t *testing.T, err error, text string) {
	t.Helper()
	p, ok := errors.AsType[*dispatcher.PanicError](err)
	if !ok || !strings.Contains(fmt.Sprint(p.Value), text) || len(p.Stack) == 0 {
		t.Errorf("%v: not a panic with %q", err, text)
	}
	if request.Classify(err) != request.ClassUnknown {
		t.Errorf("class %s", request.Classify(err))
	}
}

// hook panics where it is told to.
type hook struct{ where string }

func (h hook) at(where string) {
	if h.where == where {
		panic("hook " + where)
	}
}
func (h hook) Started(ctx context.Context, _ request.Request) context.Context {
	h.at("started")
	return ctx
}
func (h hook) Admitted(context.Context, string, time.Duration) { h.at("admitted") }
func (h hook) Attempted(context.Context, string, *request.Attempt, *request.Error) {
	h.at("attempted")
}
func (h hook) Resolved(context.Context, dispatcher.Resolution) { h.at("resolved") }

func TestAPanicIsTheItemsError(t *testing.T) {
	price := func(*dispatcher.Target, *request.Request, *request.Response) (request.Money, bool) { panic("price") }
	dear := func(*dispatcher.Target, *request.Request) (request.Money, error) { panic("worst") }
	for text, cfg := range map[string]dispatcher.Config{
		"oh":             {Targets: dispatcher.Clients(panics{})},
		"price":          {Price: price},
		"worst":          {Worst: dear},
		"hook started":   {Hooks: dispatcher.Hooks{hook{"started"}}},
		"hook admitted":  {Hooks: dispatcher.Hooks{hook{"admitted"}}},
		"hook attempted": {Hooks: dispatcher.Hooks{hook{"attempted"}}},
		"hook resolved":  {Hooks: dispatcher.Hooks{hook{"resolved"}}},
	} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPurse(t, 100, nil)
				if cfg.Ledger = p.Ledger; cfg.Worst == nil {
					cfg.Worst = worst
				}
				if cfg.Targets == nil {
					cfg.Targets = dispatcher.Clients(script())
				}
				cfg.Targets[0].MaxInFlight, cfg.Targets[0].Weight = 1, 10
				d := open(t, cfg)
				_, err := d.Submit(t.Context(), question("?")).Result()
				thrown(t, err, text)
				jobs, read := count(3)
				for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 2}) {
					thrown(t, r.Err, text)
				}
				s := d.Stats()
				if open := p.Snapshot().Open; read() != 3 || open != 0 || s.InFlight != 0 || s.Targets[0].InFlight != 0 || s.Targets[0].Lane.InFlight != 0 {
					t.Errorf("%d read, %d holds open, stats %+v", read(), p.Snapshot().Open, s)
				}
			})
		})
	}
}

func TestAPanicOfTheSourceIsTheLastResult(t *testing.T) {
	for _, at := range []int{0, 1, 7} {
		synctest.Test(t, func(t *testing.T) {
			source := func(yield func(dispatcher.Job) bool) {
				for range at {
					yield(dispatcher.Job{Request: question("?")})
				}
				panic("source")
			}
			results, last, outcome := 0, error(nil), dispatcher.Outcome{}
			for r := range over(t, script()).Run(t.Context(), source, dispatcher.RunOptions{InFlight: 3, Order: dispatcher.Input, Outcome: &outcome}) {
				if results++; results <= at && r.Err != nil {
					t.Errorf("job %d: %v", r.Index, r.Err)
				}
				last = r.Err
			}
			thrown(t, last, "source")
			thrown(t, outcome.Err, "source")
			if results != at+1 || outcome.Done != at {
				t.Errorf("%d results, outcome %+v; want %d and the panic", results, outcome, at)
			}
		})
	}
}

// A source may panic when it is left, too, and then has no place of its own among the results.
func TestAPanicOfASourceThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := func(yield func(dispatcher.Job) bool) {
			defer func() { panic("left") }()
			for yield(dispatcher.Job{Request: question("?")}) {
			}
		}
		results := 0
		stop := func(p dispatcher.Progress, _ *dispatcher.Result) error {
			if p.Done < 5 {
				return nil
			}
			panic("condition")
		}
		var last error
		for r := range over(t, script()).Run(t.Context(), source, dispatcher.RunOptions{InFlight: 1, Stop: []dispatcher.Condition{stop}}) {
			results++
			last = r.Err
		}
		thrown(t, last, "left")
		if results != 6 {
			t.Errorf("%d results, want 5 and the panic", results)
		}
	})
}

// exits ends the goroutine that it is called on, as t.FailNow does.
type exits struct{ panics }

func (exits) Complete(context.Context, request.Request) (*request.Response, error) {
	runtime.Goexit()
	return nil, nil
}

func TestAGoroutineThatIsEndedResolves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := over(t, exits{})
		if _, err := d.Submit(t.Context(), question("?")).Result(); request.Classify(err) != request.ClassUnknown {
			t.Errorf("got %v", err)
		}
		jobs, _ := count(5)
		results := 0
		for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 2}) {
			if results++; r.Err == nil {
				t.Error("no error")
			}
		}
		if results != 5 || d.Stats().Targets[0].Lane.InFlight != 0 {
			t.Errorf("%d results", results)
		}
	})
}
