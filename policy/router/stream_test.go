package router_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// read reads a stream to its end.
func read(stream iter.Seq2[request.Chunk, error]) (chunks []request.Chunk, err error) {
	for chunk, err := range stream {
		if err != nil {
			return chunks, err
		}
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}

func TestAStreamIsRetriedBeforeItsFirstChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		good := fake.Reply{Text: "yes, sir", TTFT: 2 * time.Second, Pace: time.Second}
		r := over(t, script(limited(30*time.Second), fails(request.ClassTransient, 1), good), script(), router.Config{Seed: 1})
		chunks, err := read(r.Stream(t.Context(), question("?")))
		if err != nil {
			t.Fatal(err)
		}
		last := chunks[len(chunks)-1].Response
		if last == nil || last.Content != "yes, sir" || chunks[0].Content != "yes," {
			t.Fatalf("chunks %v", chunks)
		}
		if d := cmp.Diff([]string{"first rate_limit", "first transient", "first "}, way(last.Attempts)); d != "" {
			t.Errorf("attempts (-want +got):\n%s", d)
		}
		if a := last.Attempts[2]; a.TTFT != 2*time.Second || a.Latency != 4*time.Second || a.Start.Sub(start) < 30*time.Second {
			t.Errorf("attempt with a TTFT of %v and a latency of %v at %v", a.TTFT, a.Latency, a.Start.Sub(start))
		}
		s := r.Stats().Targets[0]
		if s.TTFT != 2*time.Second || s.Latency != 4*time.Second || s.PerToken == 0 {
			t.Errorf("stats %v, %v, %v", s.TTFT, s.Latency, s.PerToken)
		}
	})
}

func TestAStreamIsNotRetriedAfterItsFirstChunk(t *testing.T) {
	for name, bad := range map[string]fake.Reply{
		"cut":   {Text: "yes, sir", Cut: true, After: 1},
		"error": {Text: "yes, sir", Err: request.ErrOverloaded, After: 1},
	} {
		a, b := script(bad, answer), script(answer)
		chunks, err := read(over(t, a, b, router.Config{Fallback: router.OnTransient}).Stream(t.Context(), question("?")))
		if len(chunks) != 1 || err == nil {
			t.Errorf("%s: %d chunks and %v", name, len(chunks), err)
			continue
		}
		e := request.AsError(err)
		if e.Partial == nil || e.Partial.Content != "yes," || len(e.Attempts) != 1 {
			t.Errorf("%s: partial %v after %d attempts", name, e.Partial, len(e.Attempts))
		}
		if len(a.Calls()) != 1 || len(b.Calls()) != 0 {
			t.Errorf("%s: %d and %d calls", name, len(a.Calls()), len(b.Calls()))
		}
	}
}

func TestAStreamThatIsNotRead(t *testing.T) {
	client := script(fake.Reply{Text: "one two three", Pace: time.Hour})
	r := open(t, router.Config{Targets: router.Clients(client)})
	stream := r.Stream(t.Context(), question("?"))
	if len(client.Calls()) != 0 {
		t.Error("sent before it was read")
	}
	for range stream {
		break
	}
	if calls := client.Calls(); len(calls) != 1 || !calls[0].Left {
		t.Errorf("calls %v; want one that was left", calls)
	}
	s := r.Stats().Targets[0]
	if s.InFlight != 0 || s.Failures[request.ClassCanceled] != 1 || len(s.Failures) != 1 {
		t.Errorf("%d in flight, failures %v", s.InFlight, s.Failures)
	}
}

func TestARequestIsSentAnewForEachRange(t *testing.T) {
	client := script(answer)
	stream := open(t, router.Config{Targets: router.Clients(client)}).Stream(t.Context(), question("?"))
	for range 2 {
		if chunks, err := read(stream); err != nil || len(chunks[len(chunks)-1].Response.Attempts) != 1 {
			t.Errorf("%v, %v", chunks, err)
		}
	}
	if n := len(client.Calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

// chunky streams chunks as they are given, and then fails or not.
type chunky struct {
	broken
	streams [][]request.Chunk
	calls   *int
}

func (c chunky) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		*c.calls++
		for _, chunk := range c.streams[*c.calls-1] {
			if !yield(chunk, nil) {
				return
			}
		}
		if *c.calls < len(c.streams) {
			yield(request.Chunk{}, request.ErrTransient)
		}
	}
}

// Limits alone are nothing of the answer: a stream that broke off after them is tried again.
func TestLimitsAreHeldBackUntilContentComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := &request.Limits{Requests: request.Limit{Stated: true, Limit: 1}}
		fresh := &request.Limits{Requests: request.Limit{Stated: true, Limit: 2}}
		client := chunky{calls: new(int), streams: [][]request.Chunk{
			{{Limits: old}},
			{{Limits: fresh}, {}, {Content: "y"}, {Content: "es"}, {Response: &request.Response{Content: "yes"}}},
		}}
		chunks, err := read(open(t, router.Config{Targets: router.Clients(client)}).Stream(t.Context(), question("?")))
		if err != nil {
			t.Fatal(err)
		}
		if len(chunks) != 3 || chunks[0].Content != "y" || chunks[0].Limits != fresh || chunks[1].Limits != nil {
			t.Errorf("chunks %v", chunks)
		}
		if n := len(chunks[len(chunks)-1].Response.Attempts); n != 2 {
			t.Errorf("%d attempts, want 2", n)
		}
	})
}

func TestAStreamEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		client := script(fake.Reply{Text: "yes, sir", Stall: true, After: 1})
		chunks, err := read(open(t, router.Config{Targets: router.Clients(client)}).Stream(ctx, question("?")))
		if len(chunks) != 1 || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, request.ErrTimeout) {
			t.Errorf("%d chunks and %v", len(chunks), err)
		}
	})
}
