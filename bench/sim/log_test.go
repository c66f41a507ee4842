package sim_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

// The log says when the client can have seen what, and what it was told of its tokens.
func TestLog(t *testing.T) {
	var mu sync.Mutex
	var entries []sim.Entry
	cfg := atPace(sim.Answer{Text: "abcdefghijkl"}) // three tokens
	cfg.Limits = sim.Limits{RPM: 4}
	cfg.Script = []sim.Fault{{}, {}, {Kind: sim.FaultStatus, Status: 503}, {Kind: sim.FaultCut, After: 2}}
	cfg.Log = func(e sim.Entry) {
		mu.Lock()
		defer mu.Unlock()
		entries = append(entries, e)
	}
	inMemory(t, cfg, func(c *caller) {
		start := time.Now()
		in := c.post(ask("Go")).complete().Usage.Prompt
		_, _, _ = watch(c, streamed(ask("Go")))
		c.post(ask("Go"))
		c.post(streamed(ask("Go")))
		c.post(ask("one too many"))
		c.post("not JSON")
		mu.Lock()
		defer mu.Unlock()
		first, second := start, start.Add(at(3))
		third := second.Add(at(3))
		want := []sim.Entry{
			{Begun: first, Ended: second, Status: http.StatusOK, Answered: true, InputTokens: in, OutputTokens: 3},
			{
				Begun: second, Ended: third, Status: http.StatusOK, Answered: true, InputTokens: in, OutputTokens: 3,
				Pieces: []time.Time{second.Add(at(1)), second.Add(at(2)), second.Add(at(3))},
			},
			{Begun: third, Ended: third, Status: http.StatusServiceUnavailable},
			{Begun: third, Ended: third.Add(at(2)), Status: http.StatusOK, Pieces: []time.Time{third.Add(at(1))}},
			{Begun: third.Add(at(2)), Ended: third.Add(at(2)), Status: http.StatusTooManyRequests},
		}
		if diff := cmp.Diff(want, entries); diff != "" {
			t.Error(diff)
		}
	})
}
