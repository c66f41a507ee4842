package sim

import (
	"errors"
	"fmt"
	"time"
)

// Limits are the rate limits that the simulator enforces.
type Limits struct {
	// RPM and TPM are requests and tokens per minute; 0 is no limit.
	RPM int
	TPM int
	// ITPM and OTPM are tokens per minute of prompts and of answers alone; 0 is no limit. The size of a prompt is estimated
	// before and corrected after, when what came from a cache counts nothing; an answer counts when it is written, so that
	// one may run into debt.
	ITPM int
	OTPM int
	// Shape is how the allowance comes back, Charge what of a request counts against TPM.
	Shape  Shape
	Charge Charge
	// CountRejected: a rejected request counts against RPM, too.
	CountRejected bool
	// HideHeaders leaves out the x-ratelimit headers, HideRetryAfter the wait hints of a 429.
	HideHeaders    bool
	HideRetryAfter bool
	// Changes take effect one after the other.
	Changes []Change
}

// Change sets other rates at a time after the first request.
type Change struct {
	After time.Duration
	RPM   int
	TPM   int
	ITPM  int
	OTPM  int
}

// Shape is the form of a rate limit.
type Shape string

// The shapes. The default is Minute.
const (
	// Minute is a token bucket that holds a minute's allowance and refills continuously.
	Minute Shape = "minute"
	// Second is a token bucket that holds a second's allowance and refills continuously.
	Second Shape = "second"
	// Fixed counts in windows of a minute, each starting afresh.
	Fixed Shape = "fixed"
	// Sliding counts the last 60 seconds.
	Sliding Shape = "sliding"
)

// Charge is what of a request counts against the token limit. The size of a prompt is estimated as a quarter of its
// characters, as providers do before they tokenize.
type Charge string

// The charges. The default is ChargeSum.
const (
	// ChargeSum counts the estimated prompt plus max_tokens.
	ChargeSum Charge = "sum"
	// ChargeMax counts the larger of the two.
	ChargeMax Charge = "max"
	// ChargeActual reserves the sum and gives back what was not used when the answer is done.
	ChargeActual Charge = "actual"
)

func (l *Limits) check() error {
	var faults []error
	switch l.Shape {
	case "", Minute, Second, Fixed, Sliding:
	default:
		faults = append(faults, fmt.Errorf("rate-limit shape %q: use minute, second, fixed or sliding", l.Shape))
	}
	switch l.Charge {
	case "", ChargeSum, ChargeMax, ChargeActual:
	default:
		faults = append(faults, fmt.Errorf("charge %q: use sum, max or actual", l.Charge))
	}
	faults = append(faults, checkRates("rate limits", Change{RPM: l.RPM, TPM: l.TPM, ITPM: l.ITPM, OTPM: l.OTPM}))
	previous := time.Duration(0)
	for i, c := range l.Changes {
		faults = append(faults, checkRates(fmt.Sprintf("change %d of the rate limits", i+1), c))
		if c.After < previous {
			faults = append(faults, fmt.Errorf("change %d of the rate limits: %v comes before the first request or the change before it; order them by time", i+1, c.After))
		}
		previous = c.After
	}
	return errors.Join(faults...)
}

func checkRates(where string, c Change) error {
	var faults []error
	if c.RPM < 0 || c.TPM < 0 {
		faults = append(faults, fmt.Errorf("%s: %d RPM and %d TPM must not be negative; 0 is no limit", where, c.RPM, c.TPM))
	}
	if c.ITPM < 0 || c.OTPM < 0 {
		faults = append(faults, fmt.Errorf("%s: %d ITPM and %d OTPM must not be negative; 0 is no limit", where, c.ITPM, c.OTPM))
	}
	return errors.Join(faults...)
}
