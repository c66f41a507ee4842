package dispatcher_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestConfigReportsAllFaults(t *testing.T) {
	_, err := dispatcher.New(dispatcher.Config{
		Targets:    []dispatcher.Target{{}, {Client: script(), Name: "b", MaxInFlight: -1}, {Client: script(), Name: "c", Limits: lane.Limits{RPM: -5}}},
		MaxHandles: -1, Hooks: dispatcher.Hooks{3}, Policy: &policy.Policy{MaxAttempts: -1},
	})
	for _, want := range []string{"MaxHandles", "hook 1", "Targets[0]", "target 2", "MaxInFlight", "RPM", "MaxAttempts"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not name %s", err, want)
		}
	}
}

// The time in the lane is part of what the attempt waited, and the failure before it is listed.
func TestTheWayOfARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(takes(2*time.Second), fake.Reply{Latency: time.Second, Err: &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: 10 * time.Second}}, takes(time.Second))
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, Provider: "p", Model: "m", Key: "k", MaxInFlight: 1}}})
		start := time.Now()
		first := d.Submit(t.Context(), question("first"))
		synctest.Wait()
		resp := ask(t, d)
		if _, err := first.Result(); err != nil {
			t.Fatal(err)
		}
		want := []request.Attempt{
			{
				Provider: "p", Model: "m", Key: "k", Class: request.ClassRateLimit,
				Start: start.Add(2 * time.Second), Waited: 2 * time.Second, Latency: time.Second,
			},
			{
				Provider: "p", Model: "m", Key: "k", Start: start.Add(13 * time.Second), Waited: 10 * time.Second, Latency: time.Second,
				Usage: resp.Usage,
			},
		}
		if d := cmp.Diff(want, resp.Attempts); d != "" {
			t.Errorf("attempts (-want +got):\n%s", d)
		}
		s := d.Stats()
		target := s.Targets[0]
		if s.Requests != 2 || s.InFlight != 0 || target.Attempts != 3 || target.Lane.Admitted != 3 || target.Latencies.Max != 2*time.Second {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestWhatTheLaneRefusesGoesElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		small, large := script(), script()
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{
			{Name: "small", Client: small, Provider: "p", Model: "m", Limits: lane.Limits{TPM: 100}},
			{Name: "large", Client: large, Provider: "q", Model: "n"},
		}, Policy: generous()})
		req := question("?")
		req.MaxTokens = 1000
		resp, err := d.Complete(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if len(small.Calls()) != 0 || len(large.Calls()) != 1 || len(resp.Attempts) != 2 || resp.Attempts[0].Class != request.ClassInvalid {
			t.Errorf("%d and %d calls, attempts %+v", len(small.Calls()), len(large.Calls()), resp.Attempts)
		}
	})
}

// generous lets what is above one target's limits go to any other.
func generous() *policy.Policy {
	p := policy.Default()
	p.Reasons[request.ReasonAboveLimit] = policy.Rule{Fallback: policy.OtherModel}
	return p
}

// A deadline that the lane can't keep fails the request at once, not when it has passed.
func TestADeadlineThatCannotBeKeptFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := fake.Reply{Err: &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: time.Hour}}
		d := over(t, script(limited))
		first := d.Submit(t.Context(), question("first"))
		synctest.Wait()
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		refused(t, ctx, d, request.ClassOverloaded)
		if passed := time.Since(start); passed != 0 {
			t.Errorf("took %v", passed)
		}
		first.Cancel()
		if _, err := first.Result(); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled, but got %v", err)
		}
	})
}

func TestKeysOfOnePoolShareTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clients := []*fake.Client{script(takes(time.Second)), script(takes(time.Second)), script(takes(time.Second))}
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{
			{Client: clients[0], Provider: "p", Model: "m", Key: "a"},
			{Client: clients[1], Provider: "q", Model: "n"},
			{Client: clients[2], Provider: "p", Model: "m", Key: "b", Weight: 2},
		}})
		var handles []*dispatcher.Handle
		for range 30 {
			handles = append(handles, d.Submit(t.Context(), question("?")))
			synctest.Wait()
		}
		for _, h := range handles {
			if _, err := h.Result(); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		for _, c := range clients {
			got = append(got, len(c.Calls()))
		}
		if d := cmp.Diff([]int{10, 0, 20}, got); d != "" {
			t.Errorf("requests (-want +got):\n%s", d)
		}
	})
}

func TestACanceledCallFreesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fake.Reply{Stall: true}, takes(time.Second))
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, MaxInFlight: 1}}})
		stalled := d.Submit(t.Context(), question("stalls"))
		waiting := d.Submit(t.Context(), question("waits and leaves"))
		synctest.Wait()
		start := time.Now()
		waiting.Cancel()
		if _, err := waiting.Result(); !errors.Is(err, request.ErrCanceled) {
			t.Errorf("left the queue with %v", err)
		}
		stalled.Cancel()
		ask(t, d)
		if passed := time.Since(start); passed != time.Second {
			t.Errorf("the next one was answered after %v", passed)
		}
		if _, err := stalled.Result(); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled, but got %v", err)
		}
	})
}

// cached answers one question by itself.
type cached struct{ request.Client }

func (c cached) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	if req.Messages[0].Content == "known" {
		return &request.Response{Content: "from the cache", FromCache: true}, nil
	}
	return c.Client.Complete(ctx, req)
}

func TestTheCacheStandsAroundEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, dispatcher.Config{
			Targets: dispatcher.Clients(script()), Cache: func(c request.Client) request.Client { return cached{c} },
			Ledger: newPurse(t, 0, nil).Ledger, Worst: worst,
		})
		resp, err := d.Complete(t.Context(), question("known"))
		if err != nil || resp.Content != "from the cache" {
			t.Errorf("%v, %v", resp, err)
		}
		refused(t, t.Context(), d, request.ClassBudget)
		if s := d.Stats(); s.Requests != 1 || s.Targets[0].Lane.Admitted != 1 || s.Targets[0].Attempts != 0 {
			t.Errorf("stats %+v; want one request, which the ledger refused", s)
		}
		d.Abort()
		if _, err := d.Complete(t.Context(), question("known")); !errors.Is(err, dispatcher.ErrStopped) {
			t.Errorf("after Abort: %v", err)
		}
	})
}

// Counting and capabilities go past the lanes to the first target that may be used.
func TestCountTokensPassesNoLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		can := request.Capabilities{Known: true, Vision: true}
		client := fake.New(fake.Config{
			Capabilities: func(string) request.Capabilities { return can },
			Count:        func(*request.Request) (request.TokenCount, error) { return request.TokenCount{Tokens: 42}, nil },
		})
		d := over(t, client)
		count, err := d.CountTokens(t.Context(), question("?"))
		if err != nil || count.Tokens != 42 || d.Stats().Targets[0].Lane.Admitted != 0 {
			t.Errorf("counted %+v, %v", count, err)
		}
		if d := cmp.Diff(can, d.Capabilities("")); d != "" {
			t.Errorf("capabilities (-want +got):\n%s", d)
		}
	})
}
