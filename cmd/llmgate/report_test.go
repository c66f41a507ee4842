package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// advance lets time pass in a bubble.
func advance() { time.Sleep(time.Second) }

// idle is a client that nobody calls.
type idle struct{ request.Client }

func newReport(t *testing.T, w *console, live bool) *report {
	t.Helper()
	run, err := bulk.New(bulk.Config{Client: idle{}})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := llmgate.New(t.Context(), llmgate.Config{Models: []string{"sim/demo"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gate.Abort)
	r := (&app{err: w}).newReport(&opened{Gate: gate, names: "vendor/model", notices: newNotices()}, false, run)
	if live {
		r.live = true
		r.wait.Go(r.watch)
	} else if r.begin(w); r.live {
		t.Fatal("a buffer was taken for a terminal")
	}
	return r
}

func answered(u request.Usage) *bulk.Result {
	return &bulk.Result{Response: &request.Response{Usage: u}}
}

func TestProgressIsShownWhereAPersonWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w console
		r := newReport(t, &w, true)
		advance()
		r.add(answered(request.Usage{}))
		r.add(&bulk.Result{Item: source.Item{ID: "b"}, Err: errors.New("broken")})
		advance()
		r.end()
		advance() // in which nothing more may come
		const line, wipe = "2 done, 1 failed, 0 in flight, 1.0/s", "\r\033[K"
		got := w.String()
		if !strings.Contains(got, "0 done, 0 failed, 0 in flight, 0.0/s") || !strings.Contains(got, line) {
			t.Errorf("showed %q", got)
		}
		if !strings.Contains(got, wipe+"llmgate: item b: broken\n") {
			t.Errorf("the failure stands beside the line of progress: %q", got)
		}
		if shown, wiped := strings.Count(got, " in flight, "), strings.Count(got, wipe); shown != wiped {
			t.Errorf("%d lines of progress were shown and %d taken off the screen: %q", shown, wiped, got)
		}
		_, summary, _ := strings.Cut(got, line+wipe)
		if !strings.HasPrefix(summary, "1 answered, 1 failed (unknown 1) in 2s (0.5/s) by vendor/model\n") || strings.Contains(summary, "\r") {
			t.Errorf("ended with %q", summary)
		}
	})
}

func TestSummaryAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w console
		r := newReport(t, &w, false)
		advance()
		for range 1500 {
			u := request.Usage{InputTokens: 700, CacheReadTokens: 300, OutputTokens: 20, Reported: true}
			u.SetCost(request.Dollar / 1000)
			r.add(answered(u))
		}
		for _, err := range []error{request.ErrAuth, request.ErrRateLimit, context.Canceled, request.ErrRateLimit} {
			r.add(&bulk.Result{Err: err})
		}
		r.end()
		want := "1,500 answered, 4 failed (auth 1, canceled 1, rate_limit 2) in 1s (1500.0/s) by vendor/model\n1,500,000 tokens in, 30,000 out, $1.50\n"
		if got := w.String(); !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want %q at the end", got, want)
		}
	})
}

func TestSummaryTellsGuessesAndMissingPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w console
		r := newReport(t, &w, false)
		advance()
		priced := request.Usage{InputTokens: 1, OutputTokens: 1, Estimated: true}
		priced.SetCost(request.Cent)
		r.add(answered(priced))
		r.add(answered(request.Usage{InputTokens: 1, OutputTokens: 1, Reported: true}))
		r.end()
		if got := w.String(); !strings.Contains(got, "2 tokens in, 2 out (partly estimated)\n") || strings.Contains(got, "$") {
			t.Errorf("got %q; an unknown price must not count as zero", got)
		}
	})
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", 123456: "123,456", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d became %s, want %s", n, got, want)
		}
	}
}
