package gemini

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// counts are the token counts as the dialect gives them: the prompt includes what was cached; thoughts stand beside the
// candidates, and what built-in tools brought in stands beside the prompt.
type counts struct {
	prompt, cached, toolUse, candidates, thoughts int
	in, cachedIn, toolIn, out                     modalities
	tier, traffic                                 string
	seen                                          bool // one of those without which nothing is known: the first events of a stream have a usage without numbers
}

// modalities are the parts of a count that have a price of their own.
type modalities struct{ audio, image int }

// usage takes the counts, if the object holds any.
func (a *generation) usage(r *jsontext.Reader) {
	var c counts
	for key := range r.Fields() {
		c.field(string(key), r)
	}
	if tier := cmp.Or(c.tier, c.traffic); tier != "" {
		a.Response.ServiceTier = tier
	}
	if c.seen {
		a.Counted, a.Response.Usage = true, c.usage()
	}
}

func (c *counts) field(key string, r *jsontext.Reader) {
	switch key {
	case "promptTokenCount":
		c.seen = r.CountTo(&c.prompt) || c.seen
	case "candidatesTokenCount":
		c.seen = r.CountTo(&c.candidates) || c.seen
	case "thoughtsTokenCount":
		c.seen = r.CountTo(&c.thoughts) || c.seen
	case "cachedContentTokenCount":
		c.cached = r.Count()
	case "toolUsePromptTokenCount":
		c.toolUse = r.Count()
	case "promptTokensDetails":
		c.in.read(r)
	case "cacheTokensDetails":
		c.cachedIn.read(r)
	case "toolUsePromptTokensDetails":
		c.toolIn.read(r)
	case "candidatesTokensDetails":
		c.out.read(r)
	case "serviceTier":
		c.tier = r.String()
	case "trafficType":
		c.traffic = r.String()
	default:
		r.Skip()
	}
}

// read takes a list of {modality, tokenCount}.
func (m *modalities) read(r *jsontext.Reader) {
	if !r.Array() {
		return
	}
	for r.More() {
		var n, other int
		to := &other
		for key := range r.Fields() {
			switch string(key) {
			case "modality":
				to = m.of(string(r.Text()), to)
			case "tokenCount":
				n = r.Count()
			default:
				r.Skip()
			}
		}
		*to += n
	}
}

// of is the count of a modality, or other.
func (m *modalities) of(modality string, other *int) *int {
	switch modality {
	case "AUDIO":
		return &m.audio
	case "IMAGE":
		return &m.image
	}
	return other
}

// usage makes the counts disjoint.
func (c *counts) usage() request.Usage {
	read := min(c.cached, c.prompt) // a server may count more cached than it read
	u := request.Usage{
		InputTokens:     c.prompt - read + c.toolUse,
		CacheReadTokens: read,
		OutputTokens:    c.candidates + c.thoughts,
		ReasoningTokens: c.thoughts,
		Reported:        true,
	}
	u.AudioInputTokens = min(max(0, c.in.audio-c.cachedIn.audio)+c.toolIn.audio, u.InputTokens)
	u.ImageInputTokens = min(max(0, c.in.image-c.cachedIn.image)+c.toolIn.image, u.InputTokens)
	u.AudioOutputTokens = min(c.out.audio, u.OutputTokens)
	u.ImageOutputTokens = min(c.out.image, u.OutputTokens)
	return u
}
