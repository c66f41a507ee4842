// Package limits finds out the rate limits of a provider by probing: requests and tokens a minute, how much may come at once,
// how the allowance comes back, and what of a request counts. It measures what response headers state and what they don't:
// they tell neither the size of a bucket nor its shape, and some providers send none.
//
// The search sends bursts, and keeps the explanations (a bucket, a fixed or a sliding window, each with bounds on its numbers)
// that may have answered like that. Nothing is taken for known but that a provider decided about a request between its sending
// and its answer, and that a bucket holds what comes back in a quarter of a second or more. So slow or uneven answers make the
// bounds wider, not wrong: a Finding that could not be told for sure says so.
//
// It uses limits up several times over and so disturbs everybody who shares the key: run it when nobody does. It costs real
// money, up to Config.MaxCost, and takes minutes, for limits count in minutes. Give it a bare client: one that retries or waits
// hides the refusals.
package limits

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// The defaults.
const (
	DefaultMaxDuration = time.Hour
	DefaultMaxRequests = 20_000
	DefaultAtOnce      = 256
	DefaultMaxPrompt   = 32_768
	DefaultMaxAnswer   = 4_096
	DefaultRest        = 65 * time.Second
)

// Config says what to probe and how far to go. The zero value of a field is its documented default.
type Config struct {
	// Client is the provider's own, of one model, without retries or limits of its own. Required.
	Client request.Client
	// Name is what is probed, for people.
	Name string

	// MaxCost is what probing may cost; at 0 only what costs nothing is sent. Nothing is sent that could go beyond: each
	// request counts with Worst before it is sent, and with its own cost after.
	MaxCost request.Money
	// Worst is the most that a request can cost. Required.
	Worst func(*request.Request) (request.Money, error)
	// MaxDuration ends the search (an hour), and so does MaxRequests (20,000), refused ones included.
	MaxDuration time.Duration
	MaxRequests int
	// AtOnce is how many requests are under way at the same time at most (256). A provider that admits thousands a minute
	// needs more, or slow answers hold a burst up.
	AtOnce int
	// MaxPrompt and MaxAnswer bound a probe, in tokens (32,768 and 4,096). Both must fit the model's context.
	MaxPrompt int
	MaxAnswer int
	// Rest is after how long without use every limit is whole again, whatever its shape (65 s). Less is faster, and right only
	// where no limit counts in minutes.
	Rest time.Duration
	// Progress, if set, is told in words what is being done, first of all the worst case.
	Progress func(text string)
}

// ready checks the configuration, reporting all faults together, and fills in the defaults.
func (c *Config) ready() error {
	var faults []error
	if c.Client == nil {
		faults = append(faults, errors.New("client: is required"))
	}
	if c.Worst == nil {
		faults = append(faults, errors.New("worst: is required, to keep to the cap on the cost"))
	}
	if min(int(c.MaxCost), int(c.MaxDuration), c.MaxRequests, c.AtOnce, c.MaxPrompt, c.MaxAnswer, int(c.Rest)) < 0 {
		faults = append(faults, errors.New("max cost, max duration, max requests, at once, max prompt, max answer and rest: must not be negative"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	c.MaxDuration = cmp.Or(c.MaxDuration, DefaultMaxDuration)
	c.MaxRequests = cmp.Or(c.MaxRequests, DefaultMaxRequests)
	c.AtOnce = cmp.Or(c.AtOnce, DefaultAtOnce)
	c.MaxPrompt = cmp.Or(c.MaxPrompt, DefaultMaxPrompt)
	c.MaxAnswer = cmp.Or(c.MaxAnswer, DefaultMaxAnswer)
	c.Rest = cmp.Or(c.Rest, DefaultRest)
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	return nil
}

// likelyRefused is how many requests a limit usually refuses while it is looked for.
const likelyRefused = "20 to 100"

// Find probes the client and blocks until the limits are found, a cap is reached, or ctx ends. In the last two cases the
// report has what was found until then, and says what is unknown and why; that is no error. An error is of the configuration,
// or a failure of the provider that has nothing to do with limits, with the report beside it.
func Find(ctx context.Context, cfg Config) (*Report, error) {
	if err := cfg.ready(); err != nil {
		return nil, err
	}
	cfg.Progress(fmt.Sprintf("at most %v, %d requests and %v; some %s requests are likely to be refused for each limit",
		cfg.MaxCost, cfg.MaxRequests, cfg.MaxDuration, likelyRefused))
	d := newDriver(ctx, cfg)
	for b := range d.search.plan {
		if !d.run(b) {
			break
		}
	}
	rep := d.report()
	if d.err != nil {
		return rep, fmt.Errorf("limits: probing: %w", d.err)
	}
	return rep, nil
}
