package cell

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/yardstick"
)

// The rate limit: a bucket that holds a second's allowance, as providers enforce larger limits, told in the headers of each
// answer and, with the time to wait, in each refusal.
const (
	RPM      = 3600
	Thinking = 200 * time.Millisecond // before each answer
	patience = time.Minute
)

// Shortest is how long n requests take at least: the first second's allowance goes at once, the others as they come.
func Shortest(n int) time.Duration {
	const perSecond = RPM / 60
	return time.Duration(max(0, n-perSecond))*time.Second/perSecond + Thinking
}

// underLimit has n requests made at a provider that allows RPM, each by one call of the client. Figures are the share answered,
// how many the provider refused, how many it was sent for each answer, and the seconds of it all, also as a multiple of Shortest.
// What a client costs does not matter here, so that the provider is in the same process, behind a real port; its books tell
// what it was asked.
func underLimit(open Open, n int) (Figures, error) {
	provider, err := sim.New(sim.Config{TTFT: sim.Constant(Thinking.Seconds()), Limits: sim.Limits{RPM: RPM, Shape: sim.Second}})
	if err != nil {
		return nil, err
	}
	server, err := provider.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	client, err := open(Site{server.Root, callers, RPM})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	begun := time.Now()
	answered, last := callAll(client.Complete, n)
	wall := time.Since(begun)
	if answered == 0 {
		return nil, fmt.Errorf("no request of %d was answered: %w", n, last)
	}
	books := provider.Stats()
	return Figures{
		"answered": float64(answered) / float64(n), "refused": float64(books.RateLimited),
		"requests": float64(books.Requests) / float64(answered),
		"wall":     wall.Seconds(), "wall ratio": wall.Seconds() / Shortest(n).Seconds(),
	}, nil
}

// callAll counts the calls that were answered within the patience, and gives one of the errors.
func callAll(call Ask, n int) (answered int64, fault error) {
	all, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var count atomic.Int64
	faults := make([]error, n)
	yardstick.Spread(callers, n, func(_ context.Context, i int) bool {
		got, err := call(all)
		if err == nil && got.Text != "" {
			count.Add(1)
		} else {
			faults[i] = errors.Join(err, errEmpty)
		}
		return true
	})
	for _, err := range faults {
		if err != nil {
			return count.Load(), err
		}
	}
	return count.Load(), nil
}

var errEmpty = errors.New("no answer")
