package anthropic

import (
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// counts are the token counts as the API gives them. They are cumulative and come more than once in a stream: the last of
// each counts. The input is what was neither read from nor written to the cache.
type counts struct {
	input, cacheRead, cacheWrite int
	write5m, write1h             int
	output, thinking             int
	units                        map[string]int
	seen                         bool
}

// usage takes in counts. Those of a stream's start do not count the answer; see event.
func (a *message) usage(r *jsontext.Reader) {
	c := &a.counts
	for key := range r.Fields() {
		switch string(key) {
		case "input_tokens":
			c.set(&c.input, r)
		case "output_tokens":
			a.Counted = c.set(&c.output, r) || a.Counted
		case "cache_read_input_tokens":
			c.set(&c.cacheRead, r)
		case "cache_creation_input_tokens":
			c.set(&c.cacheWrite, r)
		case "cache_creation":
			c.cacheCreation(r)
		case "output_tokens_details":
			c.outputDetails(r)
		case "server_tool_use":
			c.serverTools(r)
		case "service_tier":
			r.Once(&a.Response.ServiceTier)
		default:
			r.Skip()
		}
	}
}

// set reads a count, if there is one.
func (c *counts) set(to *int, r *jsontext.Reader) bool {
	set := r.CountTo(to)
	c.seen = c.seen || set
	return set
}

func (c *counts) cacheCreation(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "ephemeral_5m_input_tokens":
			c.set(&c.write5m, r)
		case "ephemeral_1h_input_tokens":
			c.set(&c.write1h, r)
		default:
			r.Skip()
		}
	}
}

func (c *counts) outputDetails(r *jsontext.Reader) {
	for key := range r.Fields() {
		if string(key) == "thinking_tokens" {
			c.set(&c.thinking, r)
		} else {
			r.Skip()
		}
	}
}

// maxUnits bounds the kinds of use that are kept.
const maxUnits = 64

// serverTools reads what is billed by use, by the API's names for it.
func (c *counts) serverTools(r *jsontext.Reader) {
	for key := range r.Fields() {
		name := string(key)
		n := r.Count()
		if n == 0 || len(c.units) == maxUnits {
			continue
		}
		if c.units == nil {
			c.units = map[string]int{}
		}
		c.units[name] = n
	}
}

// usage is the whole. Tokens written to the cache without a word on how long they are kept are kept for 5 minutes.
func (c *counts) usage() request.Usage {
	written := max(c.cacheWrite, c.write5m+c.write1h)
	return request.Usage{
		InputTokens:        c.input,
		CacheReadTokens:    c.cacheRead,
		CacheWrite5mTokens: written - c.write1h,
		CacheWrite1hTokens: c.write1h,
		OutputTokens:       c.output,
		ReasoningTokens:    min(c.thinking, c.output),
		Units:              c.units,
		Reported:           true,
	}
}
