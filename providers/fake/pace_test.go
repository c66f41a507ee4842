package fake_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/fake"
)

func TestStreamKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		for _, err := range replying(fake.Reply{Text: "abcdefgh", TTFT: time.Second, Pace: 100 * time.Millisecond, Latency: time.Hour}).Stream(t.Context(), question("Hello?")) {
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Since(start))
		}
		want := []time.Duration{time.Second, 1100 * time.Millisecond, 1200 * time.Millisecond}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCompleteTakesItsLatency(t *testing.T) {
	for name, c := range map[string]struct {
		reply fake.Reply
		takes time.Duration
		fails bool
	}{
		"as a stream": {fake.Reply{Text: "abcdefgh", TTFT: time.Second, Pace: 100 * time.Millisecond}, 1200 * time.Millisecond, false},
		"latency":     {fake.Reply{Text: "abcdefgh", TTFT: time.Second, Pace: time.Second, Latency: 5 * time.Second}, 5 * time.Second, false},
		"empty":       {fake.Reply{TTFT: time.Second}, time.Second, false},
		"failure":     {fake.Reply{Err: errOwn, Latency: 3 * time.Second}, 3 * time.Second, true},
		"at once":     {fake.Reply{}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := replying(c.reply).Complete(t.Context(), question("Hello?"))
				if took := time.Since(start); took != c.takes || (err != nil) != c.fails {
					t.Errorf("took %v: %v", took, err)
				}
			})
		})
	}
}
