// Package prompt makes the requests of a load: of made-up text with lengths from a distribution, or from a file of real
// conversations. What the nth request is depends on the seed alone, so that runs can be compared.
//
// Lengths are in tokens as internal/tokens estimates them; a provider's own count differs by some percent, and a report
// goes by that.
package prompt

import (
	"math/rand/v2"

	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/request"
)

// Source makes the nth request, counted from 0, of an arrival. Lengths that the arrival states hold.
type Source func(n int, a pace.Arrival) request.Request

// Set is requests to choose from.
type Set []request.Request

// Source gives the requests in an order drawn from the seed, again and again. Of an arrival it takes the length of the answer.
func (s Set) Source(seed uint64) Source {
	order := rand.New(rand.NewPCG(seed, 0x736574)).Perm(len(s))
	return func(n int, a pace.Arrival) request.Request {
		req := s[order[n%len(order)]]
		if a.Output > 0 {
			req.MaxTokens = a.Output
		}
		return req
	}
}

// asked is a request of one user message; most bounds the answer, 0 not.
func asked(text string, most int) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}, MaxTokens: most}
}
