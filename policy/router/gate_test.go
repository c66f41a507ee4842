package router_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// door is a gate that lets one in after a time, refuses it, or panics, and writes down what happens at it.
type door struct {
	wait    time.Duration
	refusal error
	panics  string

	mu  sync.Mutex
	log []string
}

func (d *door) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, line)
}

func (d *door) Enter(ctx context.Context, req *request.Request) (router.Pass, error) {
	if d.panics == "enter" {
		panic(d.panics)
	}
	select {
	case <-time.After(d.wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.write("enter " + req.Model)
	return d, d.refusal
}

func (d *door) Leave(try *request.Attempt, resp *request.Response, err *request.Error) {
	d.write(fmt.Sprintf("leave %q %v %v", try.Class, resp != nil, err != nil))
	if d.panics == "leave" {
		panic(d.panics)
	}
	if resp != nil {
		try.Usage.SetCost(7)
		resp.Usage.SetCost(7)
	}
}

func (d *door) Return() { d.write("return") }

func gated(t *testing.T, d *door, c request.Client) *router.Router {
	return open(t, router.Config{Targets: []router.Target{{Client: c, Provider: "p", Model: "m", Gate: d}}})
}

func TestAnAttemptPassesItsGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &door{wait: 3 * time.Second}
		resp := ask(t, gated(t, d, script(fails(request.ClassTimeout, 1), answer)))
		want := []string{"enter m", `leave "timeout" false true`, "enter m", `leave "" true false`}
		if d := cmp.Diff(want, d.log); d != "" {
			t.Errorf("at the gate (-want +got):\n%s", d)
		}
		if first := resp.Attempts[0]; first.Waited != 3*time.Second || resp.Attempts[1].Usage.Cost != 7 || resp.Usage.Cost != 7 {
			t.Errorf("attempts %+v", resp.Attempts)
		}
	})
}

// What passes the gate too late is not sent: the target rests by then.
func TestAPassThatIsNotUsedIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick := limited(time.Minute)
		quick.Latency = time.Second
		d := &door{wait: 2 * time.Second}
		client := script(quick, answer)
		r := gated(t, d, client)
		done := make(chan error, 1)
		go func() { _, err := r.Complete(t.Context(), question("?")); done <- err }()
		time.Sleep(1500 * time.Millisecond)
		ask(t, r)
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := []string{
			"enter m", `leave "rate_limit" false true`, "enter m", "return", "enter m", `leave "" true false`, "enter m", `leave "" true false`,
		}
		if d := cmp.Diff(want, d.log); d != "" || len(client.Calls()) != 3 {
			t.Errorf("%d calls; at the gate (-want +got):\n%s", len(client.Calls()), d)
		}
	})
}

func TestARefusalIsAFailureThatNobodyIsToBlameFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := &door{refusal: &request.Error{Class: request.ClassNotFound, Message: "shut"}}
		client := script(answer)
		r := open(t, router.Config{Targets: []router.Target{
			{Name: "a", Client: script(answer), Provider: "p", Gate: closed}, {Name: "b", Client: client, Provider: "q"},
		}})
		resp := ask(t, r)
		if d := cmp.Diff([]string{"p not_found", "q "}, way(resp.Attempts)); d != "" {
			t.Errorf("attempts (-want +got):\n%s", d)
		}
		if s := r.Stats().Targets[0]; s.Attempts != 0 || len(s.Failures) != 0 || s.InFlight != 0 {
			t.Errorf("the books of a target that was not asked: %+v", s)
		}
	})
}

func TestTheCallersEndAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		e := refused(t, ctx, gated(t, &door{wait: time.Hour}, script(answer)), request.ClassTimeout)
		if !errors.Is(e, context.DeadlineExceeded) || len(e.Attempts) != 0 {
			t.Errorf("%v after %d attempts", e, len(e.Attempts))
		}
	})
}

func TestAPanicAtTheGateLeavesNoPlaceTaken(t *testing.T) {
	for _, where := range []string{"enter", "leave"} {
		synctest.Test(t, func(t *testing.T) {
			d := &door{panics: where}
			r := gated(t, d, script(answer))
			func() {
				defer func() {
					if p := recover(); p != where {
						t.Errorf("panic %v, want %s", p, where)
					}
				}()
				_, _ = r.Complete(t.Context(), question("?"))
			}()
			if s := r.Stats().Targets[0]; s.InFlight != 0 || strings.Count(strings.Join(d.log, " "), "leave") > 1 {
				t.Errorf("%d in flight; at the gate %v", s.InFlight, d.log)
			}
		})
	}
}

func TestAGateAndHedgesExcludeEachOther(t *testing.T) {
	_, err := router.New(router.Config{Targets: []router.Target{{Client: fake.New(fake.Config{}), Gate: &door{}}}, Hedge: router.Hedge{Share: 0.1}})
	if err == nil || !strings.Contains(err.Error(), "Gate") {
		t.Errorf("got %v", err)
	}
}
