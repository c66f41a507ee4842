// Package limits finds out the rate limits of a provider by probing: requests and tokens a minute, how much may come at once,
// and how the allowance comes back. It believes what response headers state and measures it all the same, for headers don't
// tell the size of the bucket nor its shape, and some providers send none.
//
// A probe is a burst until the first refusal, then a look at when and how much is let through again. It uses a limit up
// several times over and so disturbs everybody who shares the key: run it when nobody does. It costs real money, up to
// Config.MaxCost, and takes minutes, for limits count in minutes. Give it a bare client: one that retries or waits hides
// the refusals.
package limits

import (
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
	DefaultAtOnce      = 64
	DefaultMaxPrompt   = 32_768
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
	// AtOnce is how many requests of a burst are sent at the same time (64). A provider that admits thousands a minute needs
	// more, or slow answers hold the burst up.
	AtOnce int
	// MaxPrompt bounds prompts, in tokens (32,768). It must fit the model's context.
	MaxPrompt int
	// Progress, if set, is told in words what is being done.
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
	if c.MaxCost < 0 || c.MaxDuration < 0 || c.MaxRequests < 0 || c.AtOnce < 0 || c.MaxPrompt < 0 {
		faults = append(faults, errors.New("max cost, max duration, max requests, at once and max prompt: must not be negative"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	for _, one := range []struct {
		field *int
		value int
	}{{&c.MaxRequests, DefaultMaxRequests}, {&c.AtOnce, DefaultAtOnce}, {&c.MaxPrompt, DefaultMaxPrompt}} {
		if *one.field == 0 {
			*one.field = one.value
		}
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	if c.MaxDuration == 0 {
		c.MaxDuration = DefaultMaxDuration
	}
	return nil
}

// Find probes the client and blocks until the limits are found, a cap is reached, or ctx ends. In the last two cases the
// report has what was found until then, and says what is unknown and why; that is no error. An error is of the configuration,
// or a failure of the provider that has nothing to do with limits, with the report beside it.
func Find(ctx context.Context, cfg Config) (*Report, error) {
	if err := cfg.ready(); err != nil {
		return nil, err
	}
	p := newProber(ctx, cfg)
	s := search{prober: p}
	err := s.run()
	rep := s.report()
	if stop, ok := errors.AsType[*halt](err); ok {
		rep.Stopped, err = stop.why, nil
	}
	if err != nil {
		rep.Stopped = err.Error()
		err = fmt.Errorf("limits: probing: %w", err)
	}
	return rep, err
}
