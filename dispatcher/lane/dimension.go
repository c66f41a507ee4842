package lane

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// dimension is what a limit counts.
type dimension int

const (
	requests dimension = iota
	tokens
	inputTokens
	outputTokens
	dailyRequests
	dailyTokens
	dimensions
)

var dimensionNames = [dimensions]string{"requests", "tokens", "input tokens", "output tokens", "requests a day", "tokens a day"}

// ofRequests: the limit counts requests, whatever their size.
func (d dimension) ofRequests() bool { return d == requests || d == dailyRequests }

// daily: the limit is for a day.
func (d dimension) daily() bool { return d >= dailyRequests }

// window is the time that a dimension's limit is for.
func (d dimension) window() time.Duration {
	if d.daily() {
		return 24 * time.Hour
	}
	return time.Minute
}

func byDimension(l *request.Limits) [dimensions]*request.Limit {
	return [dimensions]*request.Limit{&l.Requests, &l.Tokens, &l.InputTokens, &l.OutputTokens, &l.DailyRequests, &l.DailyTokens}
}
