package request

import "time"

// Limit is one rate limit as a provider last stated it. The zero value means that nothing was stated.
type Limit struct {
	// Stated tells a limit of zero from no limit given.
	Stated bool
	// Limit and Remaining are requests or tokens; -1 where the provider gave only the other one.
	Limit     int64
	Remaining int64
	// Reset is the time until Remaining is back at Limit, from the moment of the response; 0 if not given. It is the time
	// to full, not the time until some particular request would fit.
	Reset time.Duration
}

// Limits are the rate limits that one response stated. Providers state some of them or none.
type Limits struct {
	// Requests and Tokens count over the provider's short window, usually a minute.
	Requests     Limit
	Tokens       Limit
	InputTokens  Limit
	OutputTokens Limit
	// DailyRequests and DailyTokens count over a day.
	DailyRequests Limit
	DailyTokens   Limit
}

// Any reports whether at least one limit was stated.
func (l *Limits) Any() bool {
	return l.Requests.Stated || l.Tokens.Stated || l.InputTokens.Stated || l.OutputTokens.Stated ||
		l.DailyRequests.Stated || l.DailyTokens.Stated
}
