package openai

import (
	"strconv"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// counts are the token counts as the dialect gives them: the prompt includes what was cached, and whether the completion
// includes reasoning depends on the server.
type counts struct {
	prompt, completion, total int
	cacheRead, cacheWrite     int
	reasoning                 int
	audioIn, audioOut         int
	imageIn, imageOut         int
	searches                  int
	cost                      request.Money
	costReported              bool
	seen                      bool // one of the two without which nothing is known
}

func (c *counts) field(key string, r *jsontext.Reader) {
	switch key {
	case "prompt_tokens", "input_tokens":
		c.seen = r.CountTo(&c.prompt) || c.seen
	case "completion_tokens", "output_tokens":
		c.seen = r.CountTo(&c.completion) || c.seen
	case "total_tokens":
		c.total = r.Count()
	case "prompt_tokens_details", "input_tokens_details":
		c.promptDetails(r)
	case "completion_tokens_details", "output_tokens_details":
		c.completionDetails(r)
	case "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens":
		c.cacheRead = max(c.cacheRead, r.Count())
	case "cache_creation_input_tokens":
		c.cacheWrite = max(c.cacheWrite, r.Count())
	case "reasoning_tokens":
		c.reasoning = r.Count()
	case "num_search_queries":
		c.searches = r.Count()
	case "cost":
		c.prices(r)
	case "cost_in_usd_ticks":
		c.price(r, -10)
	default:
		r.Skip()
	}
}

func (c *counts) promptDetails(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "cached_tokens":
			c.cacheRead = max(c.cacheRead, r.Count())
		case "cache_write_tokens", "cache_creation_input_tokens":
			c.cacheWrite = max(c.cacheWrite, r.Count())
		case "audio_tokens":
			c.audioIn = r.Count()
		case "image_tokens":
			c.imageIn = r.Count()
		default:
			r.Skip()
		}
	}
}

func (c *counts) completionDetails(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "reasoning_tokens":
			c.reasoning = r.Count()
		case "audio_tokens":
			c.audioOut = r.Count()
		case "image_tokens":
			c.imageOut = r.Count()
		default:
			r.Skip()
		}
	}
}

// prices reads what the provider says it charged: an amount, or Perplexity's list of them.
func (c *counts) prices(r *jsontext.Reader) {
	if r.Kind() != jsontext.Object {
		c.price(r, 0)
		return
	}
	for key := range r.Fields() {
		if string(key) == "total_cost" {
			c.price(r, 0)
		} else {
			r.Skip()
		}
	}
}

// price reads an amount that the provider says it charged, in dollars times a power of ten.
func (c *counts) price(r *jsontext.Reader, exponent int) {
	if r.Kind() != jsontext.Number {
		r.Skip()
		return
	}
	text := string(r.Raw())
	if exponent != 0 {
		text += "e" + strconv.Itoa(exponent)
	}
	if m, err := request.ParseMoney(text); err == nil && m >= 0 {
		c.cost, c.costReported = m, true
	}
}

// usage makes the counts disjoint. Reasoning is added to the completion where the numbers show that it stands beside it.
func (c *counts) usage() request.Usage {
	output := c.completion
	if c.reasoning > c.completion || c.reasoning > 0 && c.total == c.prompt+c.completion+c.reasoning {
		output += c.reasoning
	}
	read := min(c.cacheRead, c.prompt) // a server may count more cached than it read
	write := min(c.cacheWrite, c.prompt-read)
	u := request.Usage{
		InputTokens:        c.prompt - read - write,
		CacheReadTokens:    read,
		CacheWrite5mTokens: write,
		OutputTokens:       output,
		ReasoningTokens:    min(c.reasoning, output),
		AudioOutputTokens:  min(c.audioOut, output),
		ImageOutputTokens:  min(c.imageOut, output),
		Reported:           true,
	}
	u.AudioInputTokens = min(c.audioIn, u.InputTokens)
	u.ImageInputTokens = min(c.imageIn, u.InputTokens)
	if c.searches > 0 {
		u.Units = map[string]int{"num_search_queries": c.searches}
	}
	if c.costReported {
		u.SetCost(c.cost)
		u.CostReported = true
	}
	return u
}
