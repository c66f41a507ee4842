package contract

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// limitCases are rate limits.
var limitCases = []check{
	{name: "rate limits of an answer", needs: []Feature{Wire, LimitHeaders}, run: limitsOfAnswer},
	{name: "rate limit reached", needs: []Feature{Wire}, run: limitReached},
}

func limitsOfAnswer(s *stage) error {
	set := setting{Config: sim.Config{Limits: sim.Limits{RPM: 500, TPM: 90_000}, Respond: says("Hello!").Respond}}
	stated := func(l request.Limits) error {
		tokens := l.Tokens
		if !tokens.Stated {
			tokens = l.InputTokens
		}
		return errors.Join(
			that(l.Requests.Stated && l.Requests.Limit == 500 && l.Requests.Remaining == 499, "500 requests a minute are told as %+v", l.Requests),
			that(tokens.Stated && tokens.Limit == 90_000 && tokens.Remaining > 80_000 && tokens.Remaining <= 90_000, "90,000 tokens a minute are told as %+v", l),
		)
	}
	return s.both(set, ask("Hello?"), func(end *ending, _ *Provider) error {
		if end.err != nil {
			return end.raw
		}
		if err := stated(end.response.Limits); err != nil || end.pieces == nil {
			return err
		}
		if end.limits == nil {
			return errors.New("the first chunk of the stream does not have the limits")
		}
		return stated(*end.limits)
	})
}

// limitReached asks once more than a limit of one request a minute allows. It comes free within the minute.
func limitReached(s *stage) error {
	for _, w := range ways {
		client, _ := s.open(setting{Config: sim.Config{Limits: sim.Limits{RPM: 1}, Respond: says("Hello!").Respond}})
		first, err := w.ask(s.ctx, client, ask("Hello?"))
		if err == nil && first.err != nil {
			err = first.raw
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		second, err := w.ask(s.ctx, client, ask("Hello again?"))
		if err == nil && second.err == nil {
			err = errors.New("the second request succeeded, beyond the limit")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		e := second.err
		err = errors.Join(
			want("the class", e.Class, request.ClassRateLimit),
			want("whether it may be billed", e.MaybeBilled, false),
			that(e.RetryAfter > 59*time.Second && e.RetryAfter <= time.Minute, "the wait is %v, not a minute", e.RetryAfter),
		)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}
