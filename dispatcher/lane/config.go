package lane

import (
	"errors"
	"fmt"

	"go.uber.org/zap"
)

// Config sets up a Lane. The zero value of a field is the documented default; nothing needs to be set.
type Config struct {
	// Name tells lanes apart in logs and errors; "lane" if empty.
	Name string
	// MaxInFlight bounds the requests under way; 0 is 4096. It is a safety net: limits are kept by their rates.
	MaxInFlight int
	// Limits are ceilings. The limits themselves are learned from what the provider answers.
	Limits Limits
	// Weights are the tenants' shares while several have requests waiting; a tenant without one has 1. A weight is above 0.
	Weights map[string]float64
	// Logger gets a line for each change of the lane's state (info, warn); nil is silent.
	Logger *zap.Logger
	// Seed makes the jitter repeatable; 0 is a seed of its own for each Lane.
	Seed uint64
}

// Limits are rates that a lane never exceeds, whatever the provider allows; 0 is no ceiling. Those of a minute are buckets that
// hold a minute's worth and refill all the time, so that a burst of that size may go at once and the rate is kept from then on;
// those of a day are kept over any 24 hours. They count what requests are reckoned to need before they are sent, and then what
// they used. Where the provider is found to be stricter, that holds.
type Limits struct {
	// RPM and TPM are requests and tokens a minute, ITPM and OTPM tokens of prompts and of answers alone.
	RPM  int
	TPM  int
	ITPM int
	OTPM int
	// RPD and TPD are requests and tokens a day.
	RPD int
	TPD int
}

// defaultMaxInFlight is above what any limit of requests lets through at the latency of a language model.
const defaultMaxInFlight = 4096

// complete fills in defaults and checks the whole configuration.
func (c *Config) complete() error {
	var faults []error
	add := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Name == "" {
		c.Name = "lane"
	}
	if c.Logger == nil {
		c.Logger = zap.NewNop()
	}
	switch {
	case c.MaxInFlight < 0:
		add("MaxInFlight %d is negative; 0 is %d", c.MaxInFlight, defaultMaxInFlight)
	case c.MaxInFlight == 0:
		c.MaxInFlight = defaultMaxInFlight
	}
	for d, n := range c.Limits.list() {
		if n < 0 {
			add("Limits.%s %d is negative; 0 is no ceiling", ceilingNames[d], n)
		}
	}
	for tenant, w := range c.Weights {
		if !(w > 0 && w <= mostWeight) {
			add("Weights[%q] %v is not above 0 and up to %v", tenant, w, mostWeight)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

const mostWeight = 1e6

var ceilingNames = [dimensions]string{"RPM", "TPM", "ITPM", "OTPM", "RPD", "TPD"}

// list has the ceilings in the order of the dimensions.
func (l *Limits) list() [dimensions]int {
	return [dimensions]int{l.RPM, l.TPM, l.ITPM, l.OTPM, l.RPD, l.TPD}
}
