package lane

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/seed63918563/llmgate/request"
)

const (
	// defaultWait is for refusals that do not say how long to wait.
	defaultWait = time.Second
	// After a wait, what it held back goes one by one over a quarter of it, but not longer than mostRelease.
	releaseShare = 4
	mostRelease  = 500 * time.Millisecond
)

// cool keeps everybody waiting, or fails who would not wait so long. A wait is never shortened.
func (c *core) cool(now time.Time, wait time.Duration, cause *request.Error) {
	until := now.Add(wait)
	if !until.After(c.gate) {
		return
	}
	c.gate, c.release, c.cause = until, until.Add(min(wait/releaseShare, mostRelease)), cause
	for _, p := range c.queue.all(func(p *Permit) bool { return c.tooLong(p, now) }) {
		c.drop(p, c.cooling(now))
	}
	if wait >= time.Second {
		c.news = append(c.news, news{zapcore.InfoLevel, "lane waits", []zap.Field{zap.Duration("wait", wait)}})
	}
}

// tooLong reports that a request would not wait for the end of the cool-down.
func (c *core) tooLong(p *Permit, now time.Time) bool {
	return p.ticket.MaxWait > 0 && c.gate.Sub(now) > p.ticket.MaxWait
}

// cooling is what caused the cool-down, for a request that was not sent.
func (c *core) cooling(now time.Time) error {
	return &request.Error{
		Class: c.cause.Class, Reason: c.cause.Reason, Provider: c.cause.Provider, Model: c.cause.Model,
		Message: "not sent: " + c.name + " waits as its provider said", RetryAfter: c.gate.Sub(now), Err: c.cause,
	}
}

// stagger holds back the next one after a wait, by a time of chance: all that wait are spread over the release.
func (c *core) stagger(now time.Time) {
	left := c.release.Sub(now)
	if left <= 0 {
		return
	}
	gap := 2 * left / time.Duration(c.queue.waiting+1)
	c.gate = now.Add(time.Duration(c.rand.Float64() * float64(min(gap, left))))
}
