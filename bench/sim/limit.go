package sim

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Limits are the rate limits that the simulator enforces.
type Limits struct {
	// RPM and TPM are requests and tokens per minute; 0 is no limit.
	RPM int
	TPM int
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

// limiter admits requests by both limits at once. Its methods take the time, and lock for the short time they run. Callers
// read the clock before they get the lock, so that times may come out of order; an earlier one counts as the latest seen.
type limiter struct {
	cfg Limits

	mu       sync.Mutex
	start    time.Time // of the first request
	changed  int       // how many changes have taken effect
	requests bucket
	tokens   bucket
	// granted is what was admitted, available what the limits allowed, up to accounted.
	granted, available meter
	accounted          time.Time
}

// meter sums both dimensions.
type meter struct{ requests, tokens float64 }

func newLimiter(cfg Limits) *limiter {
	return &limiter{cfg: cfg, requests: newBucket(cfg.Shape, cfg.RPM), tokens: newBucket(cfg.Shape, cfg.TPM)}
}

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
	faults = append(faults, checkRates("rate limits", l.RPM, l.TPM))
	previous := time.Duration(0)
	for i, c := range l.Changes {
		faults = append(faults, checkRates(fmt.Sprintf("change %d of the rate limits", i+1), c.RPM, c.TPM))
		if c.After < previous {
			faults = append(faults, fmt.Errorf("change %d of the rate limits: %v comes before the first request or the change before it; order them by time", i+1, c.After))
		}
		previous = c.After
	}
	return errors.Join(faults...)
}

func checkRates(where string, rpm, tpm int) error {
	if rpm < 0 || tpm < 0 {
		return fmt.Errorf("%s: %d RPM and %d TPM must not be negative; 0 is no limit", where, rpm, tpm)
	}
	return nil
}

// verdict is the answer to a request for admission.
type verdict struct {
	ok bool
	// charged is when the tokens were charged; zero if there was no limit to charge against.
	charged time.Time
	// tooLarge: the request is above the whole token limit and never fits.
	tooLarge bool
	// dimension that refused, "requests" or "tokens", with its numbers.
	dimension   string
	limit, used int
	wait        time.Duration
}

// admit takes one request of the given size in tokens, or says how long until it would fit.
func (l *limiter) admit(now time.Time, size int) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	tpm := l.tokens.perMinute()
	tooLarge := tpm > 0 && size > tpm
	if !tooLarge && l.requests.wait(now, 1) <= 0 && l.tokens.wait(now, float64(size)) <= 0 {
		return l.grant(now, size)
	}
	if l.cfg.CountRejected { // before the wait is told, which it makes longer
		l.requests.take(now, 1)
	}
	if tooLarge {
		return verdict{tooLarge: true, dimension: "tokens", limit: tpm}
	}
	waitRequests, waitTokens := l.requests.wait(now, 1), l.tokens.wait(now, float64(size))
	v := verdict{dimension: "tokens", limit: tpm, wait: max(waitRequests, waitTokens)}
	v.used = v.limit - remaining(l.tokens, now)
	if waitRequests >= waitTokens {
		v.dimension, v.limit = "requests", l.requests.perMinute()
		v.used = v.limit - remaining(l.requests, now)
	}
	return v
}

func (l *limiter) grant(now time.Time, size int) verdict {
	v := verdict{ok: true}
	l.requests.take(now, 1)
	l.tokens.take(now, float64(size))
	if l.requests.perMinute() > 0 {
		l.granted.requests++
	}
	if l.tokens.perMinute() > 0 {
		l.granted.tokens += float64(size)
		v.charged = now
	}
	return v
}

// settle gives back, or charges, the difference between what was reserved and what was used.
func (l *limiter) settle(now, charged time.Time, reserved, used int) {
	if l.cfg.Charge != ChargeActual || charged.IsZero() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	if used > reserved {
		l.tokens.take(now, float64(used-reserved))
	} else {
		l.tokens.refund(now, charged, float64(reserved-used))
	}
	l.granted.tokens += float64(used - reserved)
}

// advance lets due changes take effect and accounts for the allowance since the last call. It returns the time that it
// has come to.
func (l *limiter) advance(now time.Time) time.Time {
	if l.start.IsZero() {
		l.start, l.accounted = now, now
	}
	if now.Before(l.accounted) {
		now = l.accounted
	}
	for l.changed < len(l.cfg.Changes) {
		c := l.cfg.Changes[l.changed]
		due := l.start.Add(c.After)
		if due.After(now) {
			break
		}
		l.account(due)
		l.requests.set(due, c.RPM)
		l.tokens.set(due, c.TPM)
		l.changed++
	}
	l.account(now)
	return now
}

func (l *limiter) account(now time.Time) {
	minutes := now.Sub(l.accounted).Minutes()
	if minutes <= 0 {
		return
	}
	l.accounted = now
	l.available.requests += minutes * float64(l.requests.perMinute())
	l.available.tokens += minutes * float64(l.tokens.perMinute())
}

// state is what the headers tell. A limit of 0 is none.
type state struct {
	limit, remaining int
	reset            time.Duration
}

// allowance is what the rate limits leave, in each dimension.
type allowance struct{ requests, tokens state }

func (l *limiter) states(now time.Time) allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	return allowance{stateOf(l.requests, now), stateOf(l.tokens, now)}
}

func stateOf(b bucket, now time.Time) state {
	return state{limit: b.perMinute(), remaining: remaining(b, now), reset: b.reset(now)}
}

// remaining is what a provider tells: the limit of a minute less what is used.
func remaining(b bucket, now time.Time) int {
	return max(0, int(math.Floor(float64(b.perMinute())-b.used(now)+1e-9)))
}

// utilisation is what was granted, as a share of what the limits allowed since the first request. A bucket that was full
// at the start lets it pass 1.
func (l *limiter) utilisation(now time.Time) (requests, tokens float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.advance(now)
	if l.available.requests > 0 {
		requests = l.granted.requests / l.available.requests
	}
	if l.available.tokens > 0 {
		tokens = l.granted.tokens / l.available.tokens
	}
	return requests, tokens
}
