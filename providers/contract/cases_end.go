package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// endCases are calls that their caller ends.
var endCases = []check{
	{name: "cancelled before", run: cancelledBefore},
	{name: "cancelled while waiting", run: cancelledWaiting},
	{name: "cancelled during the answer", run: cancelledDuring},
	{name: "deadline", run: deadlineWaiting},
	{name: "deadline during the answer", run: deadlineDuring},
	{name: "counting under an ended context", run: countEnded},
}

// slow is a provider that thinks for an hour before the first token.
func slow() setting {
	return setting{Config: sim.Config{TTFT: sim.Constant(3600), Respond: says("At last.").Respond}}
}

// ends asks in both ways under a context that ends after a second, and checks what comes of it.
func (s *stage) ends(set setting, under func(context.Context) (context.Context, context.CancelFunc), class request.Class, is error, test func(*request.Error) error) error {
	for _, w := range ways {
		client, _ := s.open(set)
		ctx, cancel := under(s.ctx)
		start := time.Now()
		end, err := w.ask(ctx, client, ask("Hello?"))
		took := time.Since(start)
		cancel()
		if err == nil && end.err == nil {
			err = errors.New("succeeded although its context had ended")
		}
		if err == nil {
			err = errors.Join(
				want("the class", end.err.Class, class),
				that(errors.Is(end.raw, is), "the error does not match %w: %w", is, end.raw),
				want("the time until it was over", took, time.Second),
				test(end.err),
			)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

func cancelIn(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(d, cancel)
		return ctx, func() { timer.Stop(); cancel() }
	}
}

func deadlineIn(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
}

func cancelledBefore(s *stage) error {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	for _, w := range ways {
		client, p := s.open(setting{Config: says("Hello!")})
		end, err := w.ask(ctx, client, ask("Hello?"))
		switch {
		case err != nil:
		case end.err == nil:
			err = errors.New("succeeded although its context had ended")
		default:
			err = errors.Join(
				want("the class", end.err.Class, request.ClassCanceled),
				want("whether it may be billed", end.err.MaybeBilled, false),
				want("the prompts that arrived", len(p.heard()), 0),
			)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

func cancelledWaiting(s *stage) error {
	return s.ends(slow(), cancelIn(time.Second), request.ClassCanceled, context.Canceled, maybeBilled)
}

func deadlineWaiting(s *stage) error {
	return s.ends(slow(), deadlineIn(time.Second), request.ClassTimeout, context.DeadlineExceeded, maybeBilled)
}

func cancelledDuring(s *stage) error {
	return s.ends(endless(), cancelIn(time.Second), request.ClassCanceled, context.Canceled, maybeBilled)
}

func deadlineDuring(s *stage) error {
	return s.ends(endless(), deadlineIn(time.Second), request.ClassTimeout, context.DeadlineExceeded, maybeBilled)
}

func maybeBilled(e *request.Error) error {
	return that(e.MaybeBilled, "the request had been sent, but MaybeBilled is false")
}

func countEnded(s *stage) error {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	client, _ := s.open(setting{})
	n, err := client.CountTokens(ctx, ask("Hello?"))
	if err == nil {
		return that(n.Estimated, "counted by the provider under an ended context: %+v", n)
	}
	_, err = ended(ctx, nil, err)
	return err
}
