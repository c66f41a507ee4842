package sim

import (
	"math"
	"slices"
	"sync"
	"time"
)

// limiter admits requests by all limits at once. Its methods take the time, and lock for the short time they run. Callers
// read the clock before they get the lock, so that times may come out of order; an earlier one counts as the latest seen.
type limiter struct {
	cfg Limits

	mu       sync.Mutex
	start    time.Time // of the first request
	changed  int       // how many changes have taken effect
	requests bucket
	tokens   bucket
	input    bucket
	output   bucket
	// granted is what was admitted, available what the limits allowed, up to accounted.
	granted, available meter
	accounted          time.Time
}

// meter sums requests and tokens.
type meter struct{ requests, tokens float64 }

func newLimiter(cfg Limits) *limiter {
	return &limiter{
		cfg:      cfg,
		requests: newBucket(cfg.Shape, cfg.RPM), tokens: newBucket(cfg.Shape, cfg.TPM),
		input: newBucket(cfg.Shape, cfg.ITPM), output: newBucket(cfg.Shape, cfg.OTPM),
	}
}

// spend is what a request takes of the token limits: of TPM, ITPM and OTPM.
type spend struct{ total, input, output int }

// verdict is the answer to a request for admission.
type verdict struct {
	ok bool
	// charged is when the tokens were charged; zero if there was no limit to charge against.
	charged time.Time
	// tooLarge: the request is above the whole token limit and never fits.
	tooLarge bool
	// dimension that refused, "requests", "tokens", "input tokens" or "output tokens", with its numbers.
	dimension   string
	limit, used int
	wait        time.Duration
}

// dimension is one of the limits, with what must be left of it for a request, and what that takes at once.
type dimension struct {
	name string
	bucket
	needs, takes int
}

// dimensions of a request of the given size. Of the output some must be left, however little.
func (l *limiter) dimensions(size spend) []dimension {
	return []dimension{
		{"requests", l.requests, 1, 1}, {"tokens", l.tokens, size.total, size.total},
		{"input tokens", l.input, size.input, size.input}, {"output tokens", l.output, 1, 0},
	}
}

// admit takes one request of the given size in tokens, or says how long until it would fit.
func (l *limiter) admit(now time.Time, size spend) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	all := l.dimensions(size)
	large := slices.IndexFunc(all, func(d dimension) bool { return d.perMinute() > 0 && d.needs > d.perMinute() })
	if large < 0 && !slices.ContainsFunc(all, func(d dimension) bool { return d.wait(now, float64(d.needs)) > 0 }) {
		return l.grant(now, all)
	}
	if l.cfg.CountRejected { // before the wait is told, which it makes longer
		l.requests.take(now, 1)
	}
	if large >= 0 {
		return verdict{tooLarge: true, dimension: all[large].name, limit: all[large].perMinute()}
	}
	return refusal(now, all)
}

// refusal tells of the dimension with the longest wait.
func refusal(now time.Time, all []dimension) (v verdict) {
	for i, d := range all {
		if wait := d.wait(now, float64(d.needs)); i == 0 || wait > v.wait {
			v = verdict{dimension: d.name, limit: d.perMinute(), used: d.perMinute() - remaining(d.bucket, now), wait: wait}
		}
	}
	return v
}

func (l *limiter) grant(now time.Time, all []dimension) verdict {
	v := verdict{ok: true}
	for _, d := range all {
		d.bucket.take(now, float64(d.takes))
	}
	if l.requests.perMinute() > 0 {
		l.granted.requests++
	}
	if l.tokens.perMinute() > 0 {
		l.granted.tokens += float64(all[1].takes)
	}
	if l.tokens.perMinute() > 0 || l.input.perMinute() > 0 {
		v.charged = now
	}
	return v
}

// settle gives back, or charges, the difference between what was reserved and what was used.
func (l *limiter) settle(now, charged time.Time, reserved, used spend) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	l.output.take(now, float64(used.output))
	if charged.IsZero() {
		return
	}
	correct(l.input, now, charged, reserved.input, used.input)
	if l.cfg.Charge == ChargeActual && l.tokens.perMinute() > 0 {
		correct(l.tokens, now, charged, reserved.total, used.total)
		l.granted.tokens += float64(used.total - reserved.total)
	}
}

func correct(b bucket, now, charged time.Time, reserved, used int) {
	if used > reserved {
		b.take(now, float64(used-reserved))
	} else {
		b.refund(now, charged, float64(reserved-used))
	}
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
		l.input.set(due, c.ITPM)
		l.output.set(due, c.OTPM)
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
type allowance struct{ requests, tokens, input, output state }

func (l *limiter) states(now time.Time) allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.advance(now)
	return allowance{stateOf(l.requests, now), stateOf(l.tokens, now), stateOf(l.input, now), stateOf(l.output, now)}
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
