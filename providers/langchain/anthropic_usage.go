package langchain

import (
	"cmp"

	"github.com/seed63918563/llmgate/request"
)

// anthropicUsage are counts as the Messages API gives them, which are disjoint already. In a stream they come twice, the
// later ones count.
type anthropicUsage struct {
	Input       *int   `json:"input_tokens"`
	Output      *int   `json:"output_tokens"`
	CacheRead   *int   `json:"cache_read_input_tokens"`
	CacheWrite  *int   `json:"cache_creation_input_tokens"`
	ServiceTier string `json:"service_tier"`
	Writes      *struct {
		FiveMinutes int `json:"ephemeral_5m_input_tokens"`
		OneHour     int `json:"ephemeral_1h_input_tokens"`
	} `json:"cache_creation"`
}

func (a *anthropicChat) count(u *anthropicUsage) {
	if u == nil {
		return
	}
	all := &a.usage
	all.Input, all.Output = cmp.Or(u.Input, all.Input), cmp.Or(u.Output, all.Output)
	all.CacheRead, all.CacheWrite = cmp.Or(u.CacheRead, all.CacheRead), cmp.Or(u.CacheWrite, all.CacheWrite)
	all.Writes = cmp.Or(u.Writes, all.Writes)
	a.Response.ServiceTier = cmp.Or(u.ServiceTier, a.Response.ServiceTier)
	a.Counted = all.Input != nil && all.Output != nil
	a.Response.Usage = all.disjoint()
}

func (u *anthropicUsage) disjoint() request.Usage {
	sum := request.Usage{
		InputTokens: number(u.Input), OutputTokens: number(u.Output), CacheReadTokens: number(u.CacheRead),
		CacheWrite5mTokens: number(u.CacheWrite), Reported: true,
	}
	if w := u.Writes; w != nil && w.OneHour > 0 {
		sum.CacheWrite1hTokens = bounded(w.OneHour)
		sum.CacheWrite5mTokens = max(bounded(w.FiveMinutes), number(u.CacheWrite)-sum.CacheWrite1hTokens)
	}
	return sum
}

func number(n *int) int {
	if n == nil {
		return 0
	}
	return bounded(*n)
}
