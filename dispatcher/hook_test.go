package dispatcher_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// diary is a hook that writes everything down.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Admitted(_ context.Context, target string, waited time.Duration) {
	d.write("%s admitted after %v", target, waited)
}

func (d *diary) Attempted(_ context.Context, target string, try *request.Attempt, err *request.Error) {
	d.write("%s attempted: %q in %v, error %v", target, try.Class, try.Latency, err != nil)
}

func (d *diary) Resolved(_ context.Context, r dispatcher.Resolution) {
	d.write("resolved: response %v, error %v, in %v", r.Response != nil, r.Err != nil, r.Latency)
}

func (d *diary) Changed(c router.Change) { d.write("%s is %s for %v", c.Target, c.To, c.Rest) }

func TestHooksAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: 10 * time.Second}
		client := script(fake.Reply{Err: limit}, takes(time.Second), fails(request.ClassInvalid), fake.Reply{Text: "a long answer"})
		told := new(diary)
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Name: "t", Client: client}}, Hooks: dispatcher.Hooks{told}})
		ask(t, d)
		refused(t, t.Context(), d, request.ClassInvalid)
		for range d.Stream(t.Context(), question("?")) {
			break
		}
		d.Restore("t")
		want := []string{
			"t admitted after 0s", `t attempted: "overloaded" in 0s, error true`, "t is resting for 10s",
			"t admitted after 0s", `t attempted: "" in 1s, error false`, "resolved: response true, error false, in 11s",
			"t admitted after 0s", `t attempted: "invalid" in 0s, error true`, "resolved: response false, error true, in 0s",
			"t admitted after 0s", `t attempted: "canceled" in 0s, error true`, "resolved: response false, error false, in 0s",
			"t is restored for 0s",
		}
		if d := cmp.Diff(want, told.lines); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
	})
}

// Restore brings back the lane with its target.
func TestRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Name: "t", Client: script(fails(request.ClassAuth), fake.Reply{})}}})
		refused(t, t.Context(), d, request.ClassAuth)
		refused(t, t.Context(), d, request.ClassAuth)
		if s := d.Stats().Targets[0]; s.Attempts != 1 || s.Lane.State != "out" {
			t.Errorf("a dead key was tried %d times; the lane is %s", s.Attempts, s.Lane.State)
		}
		if !d.Restore("t") || d.Restore("u") {
			t.Error("restored by the wrong name")
		}
		ask(t, d)
	})
}

// marker marks the context of a request, and counts the events in which it finds the mark.
type marker struct{ started, found, lost int }

type mark struct{}

func (m *marker) see(ctx context.Context) {
	if ctx.Value(mark{}) == m {
		m.found++
	} else {
		m.lost++
	}
}

func (m *marker) Started(ctx context.Context, req request.Request) context.Context {
	m.started++
	return context.WithValue(ctx, mark{}, m)
}
func (m *marker) Admitted(ctx context.Context, _ string, _ time.Duration) { m.see(ctx) }
func (m *marker) Attempted(ctx context.Context, _ string, _ *request.Attempt, _ *request.Error) {
	m.see(ctx)
}
func (m *marker) Resolved(ctx context.Context, _ dispatcher.Resolution) { m.see(ctx) }

// sees is a client that looks for the mark as well.
type sees struct {
	request.Client
	*marker
}

func (s sees) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	s.see(ctx)
	return s.Client.Complete(ctx, req)
}

// A request goes on with the context of its start, however it was asked.
func TestARequestGoesOnWithTheContextOfItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(marker)
		d := open(t, dispatcher.Config{Targets: dispatcher.Clients(sees{script(), m}), Hooks: dispatcher.Hooks{m}})
		ask(t, d)
		if _, err := d.Submit(t.Context(), question("?")).Result(); err != nil {
			t.Error(err)
		}
		if _, err := request.Collect(d.Stream(t.Context(), question("?"))); err != nil {
			t.Error(err)
		}
		jobs, _ := count(2)
		for range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 1}) {
		}
		if want := (marker{started: 5, found: 5*3 + 4}); *m != want { // hooks are told thrice; the client sees all but the stream
			t.Errorf("got %+v, want %+v", *m, want)
		}
	})
}

// What a panic ended is resolved too, with neither response nor error.
func TestAPanicIsResolved(t *testing.T) {
	for name, do := range map[string]func(request.Client){
		"client": func(c request.Client) { _, _ = c.Complete(context.Background(), question("?")) },
		"loop": func(c request.Client) {
			for range c.Stream(context.Background(), question("?")) {
				panic("oh")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := request.Client(panics{})
			if name == "loop" {
				client = script()
			}
			told := new(diary)
			d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Name: "t", Client: client}}, Hooks: dispatcher.Hooks{told}})
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				do(d)
			}()
			if n := len(told.lines); n != 3 || !strings.HasPrefix(told.lines[2], "resolved: response false, error false") {
				t.Errorf("told %q", told.lines)
			}
		})
	}
}
