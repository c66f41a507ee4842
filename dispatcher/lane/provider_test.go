package lane

import (
	"slices"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
	"github.com/seed63918563/llmgate/request"
)

// kind of limits that a provider has.
type kind struct {
	shape, charge string
	hidden        bool // no headers; a refusal still says how long to wait
}

var (
	kindShapes  = []string{"minute", "second", "fixed", "sliding"}
	kindCharges = []string{"sum", "max", "actual"}
)

// provider admits requests by a limit of requests and one of tokens, as real ones do, in simulated time.
type provider struct {
	kind
	countRejected    bool
	whim             func() bool // refuses without a cause
	silent           bool        // a refusal does not say how long to wait
	requests, tokens *limit
	books            books
}

// books are what a provider counted.
type books struct {
	sent, refused, answered int
	granted, available      [2]float64 // requests, tokens
	until                   time.Time
}

func newProvider(k kind, rpm, tpm int) *provider {
	return &provider{kind: k, requests: newLimit(k.shape, rpm), tokens: newLimit(k.shape, tpm), books: books{until: start}}
}

// change sets other limits.
func (p *provider) change(now time.Time, rpm, tpm int) {
	p.account(now)
	p.requests.set(now, rpm)
	p.tokens.set(now, tpm)
}

func (p *provider) account(now time.Time) {
	minutes := now.Sub(p.books.until).Minutes()
	p.books.available[0] += minutes * float64(p.requests.perMinute)
	p.books.available[1] += minutes * float64(p.tokens.perMinute)
	p.books.until = now
}

// counts is what a request takes at first, and in the end.
func (p *provider) counts(in, most, out int) (reserved, used int) {
	switch p.charge {
	case "max":
		return max(in, most), max(in, most)
	case "actual":
		return in + most, in + out
	}
	return in + most, in + most
}

// arrive admits a request or says how long until it would be. Headers tell what is left right after it.
func (p *provider) arrive(now time.Time, reserved int) (stated request.Limits, refusal *request.Error) {
	p.books.sent++
	wait := max(p.requests.wait(now, 1), p.tokens.wait(now, reserved))
	if wait == 0 && p.whim != nil && p.whim() {
		wait = time.Millisecond
	}
	if wait > 0 {
		p.books.refused++
		if p.countRejected {
			p.requests.take(now, 1)
		}
		refusal = &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: wait.Truncate(time.Millisecond) + time.Millisecond}
		if p.silent {
			refusal.RetryAfter = 0
		}
	} else {
		p.requests.take(now, 1)
		p.tokens.take(now, reserved)
		p.books.granted[0]++
		p.books.granted[1] += float64(reserved)
	}
	if !p.hidden {
		stated.Requests, stated.Tokens = p.requests.stated(now), p.tokens.stated(now)
	}
	return stated, refusal
}

func (p *provider) answer(now, arrived time.Time, reserved, used int) {
	p.books.answered++
	p.books.granted[1] += float64(used - reserved)
	p.tokens.give(now, arrived, reserved-used)
}

// limit is a provider's count in one dimension; a perMinute of 0 is no limit.
type limit struct {
	shape     string
	perMinute int
	bucket    *limiter.Bucket
	window    *limiter.Window
	log       []taken // of a sliding window, exact
	logged    int
}

type taken struct {
	at time.Time
	n  int
}

func newLimit(shape string, perMinute int) *limit {
	rate, burst := sizes(shape, perMinute)
	return &limit{shape: shape, perMinute: perMinute, bucket: limiter.NewBucket(rate, burst), window: limiter.NewWindow(perMinute, time.Minute)}
}

func sizes(shape string, perMinute int) (rate float64, burst int) {
	if shape == "second" {
		return float64(perMinute) / 60, max(1, perMinute/60)
	}
	return float64(perMinute) / 60, perMinute
}

func (l *limit) set(now time.Time, perMinute int) {
	l.perMinute = perMinute
	rate, burst := sizes(l.shape, perMinute)
	l.bucket.Set(now, rate, burst)
	l.window.SetLimit(perMinute)
}

func (l *limit) used(now time.Time) float64 {
	switch l.shape {
	case "fixed":
		return float64(l.perMinute) - l.window.Level(now)
	case "sliding":
		return float64(l.sum(now))
	}
	_, burst := sizes(l.shape, l.perMinute)
	return float64(burst) - l.bucket.Level(now)
}

func (l *limit) sum(now time.Time) int {
	for len(l.log) > 0 && now.Sub(l.log[0].at) >= time.Minute {
		l.logged -= l.log[0].n
		l.log = l.log[1:]
	}
	return l.logged
}

func (l *limit) wait(now time.Time, n int) time.Duration {
	switch {
	case l.perMinute == 0:
		return 0
	case l.shape == "fixed":
		return l.window.Wait(now, n)
	case l.shape != "sliding":
		return l.bucket.Wait(now, n)
	}
	over := l.sum(now) + n - l.perMinute
	for i := 0; over > 0; i++ {
		if over -= l.log[i].n; over <= 0 {
			return l.log[i].at.Add(time.Minute).Sub(now)
		}
	}
	return 0
}

func (l *limit) take(now time.Time, n int) {
	l.bucket.Take(now, n)
	l.window.Take(now, n)
	l.log, l.logged = append(l.log, taken{now, n}), l.logged+n
}

func (l *limit) give(now, at time.Time, n int) {
	l.bucket.Give(now, at, n)
	l.window.Give(now, at, n)
	if i, found := slices.BinarySearchFunc(l.log, at, func(t taken, at time.Time) int { return t.at.Compare(at) }); found {
		l.log[i].n -= n
		l.logged -= n
	}
}

func (l *limit) reset(now time.Time) time.Duration {
	switch {
	case l.shape == "fixed":
		return l.window.Start(now).Add(time.Minute).Sub(now)
	case l.shape != "sliding":
		return time.Duration(l.used(now) / float64(l.perMinute) * float64(time.Minute))
	case len(l.log) == 0:
		return 0
	}
	return l.log[len(l.log)-1].at.Add(time.Minute).Sub(now)
}

func (l *limit) stated(now time.Time) request.Limit {
	if l.perMinute == 0 {
		return request.Limit{}
	}
	left := max(0, int(float64(l.perMinute)-l.used(now)))
	return request.Limit{Stated: true, Limit: int64(l.perMinute), Remaining: int64(left), Reset: l.reset(now)}
}
