package bench

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/request"
)

// Config describes a load. The zero value of a field is its documented default.
type Config struct {
	// Name is what is measured, for people.
	Name string
	// Client is what the load goes to: a provider, a dispatcher over providers, or bench/raw. Required.
	Client request.Client
	// Prompts makes the requests; made-up text of 256 tokens if nil. It is called on one goroutine.
	Prompts prompt.Source
	// Stream asks for answers as streams: without, there is no TTFT, ITL or TPOT.
	Stream bool

	// Exactly one of the three: Load is an open loop at a rate; Trace replays arrivals, with Speed as fast (1); Concurrency is
	// a closed loop that always has so many requests in flight.
	Load        pace.Load
	Trace       pace.Trace
	Speed       float64
	Concurrency int

	// Count and Duration end the sending, whichever is first; 0 is no end. One is required, unless the load ends by itself.
	// What is in flight then is waited for.
	Count    int
	Duration time.Duration
	// Warmup and Cooldown are cut off the figures, from the start and from the end of Duration, which Cooldown needs. Without
	// a cool-down the figures go to the last answer.
	Warmup   time.Duration
	Cooldown time.Duration
	// Timeout bounds each request; 0 is not at all.
	Timeout time.Duration

	// MaxInFlight bounds the requests in flight of an open loop (10,000). One that is due while there are so many is sent when
	// one of them ends: it is late, not left out.
	MaxInFlight int
	// MaxDelay is how late the p99 of the requests of an open loop may be sent in a run that is valid (1 ms).
	MaxDelay time.Duration
	// SLO are the objectives of goodput.
	SLO measure.SLO
	// Limits are the provider's, to hold the use against. None: those it states.
	Limits report.Limits
	// Seed makes the prompts' order and random spacing repeatable; it is in the report. Load and Prompts have their own.
	Seed uint64

	// Record, if set, is given each request that has ended, one at a time. It may keep the record, must not change it, and
	// must be quick: the load waits for it. An error ends the load and is Run's.
	Record func(*measure.Record) error
}

// The defaults.
const (
	DefaultMaxInFlight = 10_000
	DefaultMaxDelay    = time.Millisecond
)

// open reports that it is an open loop, which sends when requests are due.
func (c *Config) open() bool { return c.Concurrency == 0 }

// Check reports what is wrong with the configuration, all faults together, as Run does before it sends anything.
func (c *Config) Check() error {
	faults := []error{c.checkLoad(), c.checkEnd()}
	if c.Client == nil {
		faults = append(faults, errors.New("client: is required"))
	}
	if !c.Stream && (c.SLO.TTFT > 0 || c.SLO.TPOT > 0) {
		faults = append(faults, fmt.Errorf("slo %v: without streams there is no ttft and no tpot; stream, or leave them out", c.SLO))
	}
	if c.MaxInFlight < 0 || c.MaxDelay < 0 || c.Timeout < 0 {
		faults = append(faults, errors.New("max in flight, max delay and timeout: must not be negative; 0 is the default"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}

// ready checks the configuration and fills in the defaults.
func (c *Config) ready() error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.Prompts == nil {
		c.Prompts = prompt.Synthetic{Seed: c.Seed}.Source()
	}
	if c.MaxInFlight == 0 {
		c.MaxInFlight = DefaultMaxInFlight
	}
	if c.MaxDelay == 0 {
		c.MaxDelay = DefaultMaxDelay
	}
	if c.Count == 0 {
		c.Count = math.MaxInt
	}
	if !c.open() {
		c.MaxInFlight, c.MaxDelay = c.Concurrency, 0
	}
	return nil
}

func (c *Config) loads() (n int) {
	for _, given := range []bool{c.Load.Rate.Given(), len(c.Trace) > 0, c.Concurrency != 0} {
		if given {
			n++
		}
	}
	return n
}

func (c *Config) checkLoad() error {
	if c.loads() != 1 {
		return errors.New("load: give exactly one of a rate, a trace and a concurrency")
	}
	var faults []error
	if c.Load.Rate.Given() {
		faults = append(faults, c.Load.Check())
	}
	if c.Concurrency < 0 {
		faults = append(faults, fmt.Errorf("concurrency %d: must be 1 or more", c.Concurrency))
	}
	if !(c.Speed >= 0) || math.IsInf(c.Speed, 0) {
		faults = append(faults, fmt.Errorf("speed %v: must be above 0; 1 is as the trace was", c.Speed))
	}
	return errors.Join(faults...)
}

func (c *Config) checkEnd() error {
	var faults []error
	if c.Count < 0 || c.Duration < 0 || c.Warmup < 0 || c.Cooldown < 0 {
		faults = append(faults, errors.New("count, duration, warm-up and cool-down: must not be negative; 0 is none"))
	}
	if c.Count == 0 && c.Duration == 0 && len(c.Trace) == 0 && c.Load.Rate.Lasts() == 0 {
		faults = append(faults, errors.New("end: give a count or a duration"))
	}
	if c.Cooldown > 0 && c.Duration == 0 {
		faults = append(faults, errors.New("cool-down: it is counted from the end of the duration; give one"))
	}
	if c.Duration > 0 && c.Warmup+c.Cooldown >= c.Duration {
		faults = append(faults, fmt.Errorf("warm-up %v and cool-down %v: nothing is left of %v", c.Warmup, c.Cooldown, c.Duration))
	}
	return errors.Join(faults...)
}

// schedule is when requests are due; nil for a closed loop.
func (c *Config) schedule() (pace.Schedule, string) {
	switch {
	case c.Concurrency > 0:
		return nil, fmt.Sprintf("closed loop, %d in flight", c.Concurrency)
	case len(c.Trace) > 0:
		return c.Trace.Schedule(c.Speed), fmt.Sprintf("trace of %d requests", len(c.Trace))
	}
	return c.Load.Schedule(), fmt.Sprintf("%s per second, %s", c.Load.Rate, c.Load.Spacing)
}

func (c *Config) measured() measure.Config {
	m := measure.Config{SLO: c.SLO, From: c.Warmup}
	if c.Cooldown > 0 {
		m.To = c.Duration - c.Cooldown
	}
	if c.Load.Rate.Given() {
		m.Steps, m.Each = c.Load.Rate.Steps()
	}
	return m
}
