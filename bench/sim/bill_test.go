package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

// Whoever makes an answer bills it, whether it arrives or not; a request that gets none is not billed.
func TestAnswersAreBilled(t *testing.T) {
	var billed []sim.Bill
	cfg := sim.Config{
		Script:       []sim.Fault{{}, {Kind: sim.FaultStatus, Status: 500}, {Kind: sim.FaultCut}, {Kind: sim.FaultReset}},
		OutputTokens: sim.Constant(7), Billed: func(b sim.Bill) { billed = append(billed, b) },
	}
	inMemory(t, cfg, func(c *caller) {
		u := c.post(ask("whole")).complete().Usage
		for _, text := range []string{"refused", "cut", "reset"} {
			c.post(ask(text))
		}
		want := []sim.Bill{{"whole", u.Prompt, u.Completion, false}, {"cut", u.Prompt, u.Completion, false}}
		if d := cmp.Diff(want, billed); d != "" {
			c.t.Errorf("bills (-want +got):\n%s", d)
		}
	})
}
