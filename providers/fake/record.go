package fake

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Call is one request as the client got it, and what became of it. It is a copy, the caller's own.
type Call struct {
	Request  request.Request
	Streamed bool
	// Start is when the request came, End when its answer was over; End is zero while it goes on.
	Start time.Time
	End   time.Time
	// Chunks is how many pieces of a stream were handed out, besides the last chunk.
	Chunks int
	// A call ends with a Response, with an Err, or with neither where the reader Left the loop before the end.
	Response *request.Response
	Err      error
	Left     bool
}

// Calls lists all requests so far, in order of arrival. Requests that were refused before sending, as invalid or because
// their context had ended, are not among them.
func (c *Client) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := make([]Call, len(c.calls))
	for i, call := range c.calls {
		calls[i] = *call
		calls[i].Request, calls[i].Response = clone(call.Request), clone(call.Response)
	}
	return calls
}

// InFlight is how many requests are being answered now.
func (c *Client) InFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inFlight
}

// Peak is the most requests that were being answered at once.
func (c *Client) Peak() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peak
}

// ruleFor finds the rule for a request, -1 if there is none. It runs unlocked: a predicate may ask the client things.
func (c *Client) ruleFor(req *request.Request) int {
	for i, rule := range c.cfg.Rules {
		if rule.When == nil || rule.When(req) {
			return i
		}
	}
	return -1
}

// enter records a request and takes its reply. In one step, so that replies are given in the order of the record.
func (p *performance) enter(req *request.Request, rule int, streamed bool) {
	c := p.client
	call := &Call{Request: clone(*req), Streamed: streamed, Start: time.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	p.record, p.number = call, len(c.calls)
	c.inFlight++
	c.peak = max(c.peak, c.inFlight)
	p.reply = *c.cfg.Default
	if rule >= 0 {
		c.uses[rule]++
		p.reply = c.cfg.Rules[rule].nth(c.uses[rule])
	}
}

// handOut counts a chunk of a stream.
func (p *performance) handOut() {
	if !p.record.Streamed {
		return
	}
	p.client.mu.Lock()
	defer p.client.mu.Unlock()
	p.record.Chunks++
}

// end records how the request ended.
func (p *performance) end() {
	c := p.client
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	p.record.End, p.record.Err, p.record.Response = time.Now(), p.err, clone(p.response)
	p.record.Left = p.err == nil && p.response == nil
}
