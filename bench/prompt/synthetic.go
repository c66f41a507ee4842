package prompt

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/internal/words"
	"github.com/seed63918563/llmgate/request"
)

// Synthetic is made-up text.
type Synthetic struct {
	// Input is the length of prompts in tokens (the zero value: 256), Output that to which answers are bounded (not at all).
	Input  sim.Dist
	Output sim.Dist
	Seed   uint64
}

// single are the words of one token: text of so many words has as many tokens.
var single = slices.DeleteFunc(slices.Clone(words.List), func(w string) bool { return tokens.Text(w) != 1 })

// framing is what a prompt costs beside its text.
var framing = tokens.Request(&request.Request{Messages: []request.Message{{Role: request.RoleUser}}})

// mostSynthetic bounds a prompt, so that a long tail does not use up the memory.
const mostSynthetic = 4_000_000

// Source makes each prompt of other words, so that no cache knows it, except for the blocks that arrivals share.
func (s Synthetic) Source() Source {
	if s.Input == (sim.Dist{}) {
		s.Input = sim.Constant(256)
	}
	return func(n int, a pace.Arrival) request.Request {
		rng := rand.New(rand.NewPCG(s.Seed, uint64(n)))
		input, output := int(s.Input.Sample(rng)), int(s.Output.Sample(rng))
		if a.Input > 0 {
			input = a.Input
		}
		if a.Output > 0 {
			output = a.Output
		}
		size := min(max(1, input-framing), mostSynthetic)
		var text strings.Builder
		for _, block := range a.Blocks {
			take := min(size, pace.BlockTokens)
			write(&text, rand.New(rand.NewPCG(s.Seed, block)), take)
			size -= take
		}
		write(&text, rng, size)
		return asked(text.String(), output)
	}
}

// write appends so many words.
func write(text *strings.Builder, rng *rand.Rand, n int) {
	for range n {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(single[rng.IntN(len(single))])
	}
}
