package fake

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Rule gives replies to the requests it matches.
type Rule struct {
	// When tells the requests that the rule is for; nil is all of them.
	When Match
	// Replies are given one after the other, in the order of the requests' arrival; the last one from then on. None at
	// all is an echo.
	Replies []Reply
	// Respond, in place of Replies, makes the reply to one request. It must be safe for concurrent use and must not
	// change the request. A reply of it that contradicts itself fails the call with class invalid.
	Respond func(*request.Request) Reply
}

// Match tells whether a rule is for a request, whose Model is never empty here. It must not change the request.
type Match func(*request.Request) bool

// Text matches a request whose last user message has exactly this text.
func Text(text string) Match {
	return func(r *request.Request) bool { return lastText(r) == text }
}

// Contains matches a request whose last user message has this text somewhere in its own.
func Contains(text string) Match {
	return func(r *request.Request) bool { return strings.Contains(lastText(r), text) }
}

// Model matches a request to the model of this name.
func Model(name string) Match {
	return func(r *request.Request) bool { return r.Model == name }
}

func lastText(r *request.Request) string {
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if r.Messages[i].Role == request.RoleUser {
			return r.Messages[i].Text()
		}
	}
	return ""
}

// Reply is one answer, or one failure. The zero value is an empty answer, at once.
type Reply struct {
	// Text, Reasoning and ToolCalls are the answer's; calls without an ID get one. Echo puts the text of the last user
	// message after Text.
	Text      string
	Echo      bool
	Reasoning string
	ToolCalls []request.ToolCall
	// Refusal is the model's words for declining: the call fails with class content_policy.
	Refusal string
	// Usage is what the answer used; nil is an estimate from the texts, marked as one.
	Usage *request.Usage
	// Response is the rest of the answer: IDs, limits, warnings, finish reason. Its Parts come before what stands above.
	Response *request.Response

	// TTFT is the time to the first chunk, Pace that from each chunk to the next. Latency is the time that Complete
	// takes; if zero, as long as the stream would.
	TTFT    time.Duration
	Pace    time.Duration
	Latency time.Duration
	// ChunkSize is the length of chunks in characters; 4, about a token, if zero.
	ChunkSize int

	// At most one of the next three makes the call fail; with After, a number of chunks, once so many of the answer have
	// been handed out, which the error then has as its Partial.
	//
	// Err is the failure: an *request.Error, of which a copy is returned with what it leaves empty filled in; one of the
	// sentinels, such as request.ErrRateLimit; or any other error, whose class is unknown.
	Err error
	// Cut breaks the answer off: class truncated, and maybe billed.
	Cut bool
	// Stall is silence until the call's context ends.
	Stall bool
	After int

	// Times is how many requests in a row get this reply before it is the next one's turn; 1 if zero.
	Times int
}

// faults lists what contradicts itself in the script.
func (c *Config) faults() []string {
	faults := c.Default.faults("Default")
	for i, rule := range c.Rules {
		where := fmt.Sprintf("Rules[%d]", i)
		if rule.Respond != nil && len(rule.Replies) > 0 {
			faults = append(faults, where+": has both Replies and Respond; give one of them")
		}
		for j := range rule.Replies {
			faults = append(faults, rule.Replies[j].faults(fmt.Sprintf("%s.Replies[%d]", where, j))...)
		}
	}
	return faults
}

func (r *Reply) faults(where string) (faults []string) {
	failures := 0
	for _, set := range [...]bool{r.Err != nil, r.Cut, r.Stall} {
		if set {
			failures++
		}
	}
	if failures > 1 {
		faults = append(faults, where+": sets more than one of Err, Cut and Stall; a call fails in one way")
	}
	if r.After != 0 && failures == 0 {
		faults = append(faults, where+": sets After without Err, Cut or Stall, of which it is the moment")
	}
	if r.TTFT < 0 || r.Pace < 0 || r.Latency < 0 || r.ChunkSize < 0 || r.After < 0 || r.Times < 0 {
		faults = append(faults, where+": TTFT, Pace, Latency, ChunkSize, After and Times must not be negative; 0 is the default")
	}
	return faults
}

// nth is the reply to the nth request, from 1. A rule with Respond has none before it is asked.
func (r *Rule) nth(n int) Reply {
	if len(r.Replies) == 0 {
		return Reply{Echo: true}
	}
	for _, reply := range r.Replies {
		if n -= max(1, reply.Times); n <= 0 {
			return reply
		}
	}
	return r.Replies[len(r.Replies)-1]
}
