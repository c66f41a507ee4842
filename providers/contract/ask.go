package contract

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// ending is how a call ended: with a response or with an error.
type ending struct {
	response *request.Response
	err      *request.Error
	// raw is the error as it was returned.
	raw error
	// limits and pieces are what a stream handed out: its rate limits, and its content joined.
	limits *request.Limits
	pieces *request.Response
}

// way is one of the two ways of asking.
type way struct {
	name string
	// ask returns an error only if the client breaks a promise that holds for every call.
	ask func(context.Context, request.Client, request.Request) (*ending, error)
}

var ways = [...]way{{"Complete", complete}, {"Stream", listen}}

func complete(ctx context.Context, c request.Client, req request.Request) (*ending, error) {
	resp, err := c.Complete(ctx, req)
	if (resp == nil) == (err == nil) {
		return nil, fmt.Errorf("returned the response %+v with the error %v; it must be one of them", resp, err)
	}
	return ended(ctx, resp, err)
}

// ended checks what holds for every end.
func ended(ctx context.Context, resp *request.Response, err error) (*ending, error) {
	end := &ending{response: resp, raw: err}
	if err == nil {
		return end, sound(resp)
	}
	e, ok := errors.AsType[*request.Error](err)
	switch {
	case !ok:
		return nil, fmt.Errorf("no *request.Error in the chain of %T: %w", err, err)
	case e.Class == "" || e.Provider == "":
		return nil, fmt.Errorf("an error without class or provider: %+v", e)
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return nil, fmt.Errorf("the context ended with %w, which the error does not match: %w", ctx.Err(), err)
	}
	end.err = e
	return end, showsNoSecret(e, err)
}

// both asks in both ways, each of a provider of its own, and holds what came of them against each other.
func (s *stage) both(set setting, req request.Request, test func(*ending, *Provider) error) error {
	var ends []*ending
	err := s.each(set, req, func(end *ending, p *Provider) error {
		ends = append(ends, end)
		return test(end, p)
	})
	if err != nil {
		return err
	}
	return sameMeaning(ends[0], ends[1])
}

// each asks in both ways something to which the answers differ, made up as they are.
func (s *stage) each(set setting, req request.Request, test func(*ending, *Provider) error) error {
	for _, w := range ways {
		client, p := s.open(set)
		end, err := w.ask(s.ctx, client, req)
		if err == nil {
			err = test(end, p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// answer is the response of a call that had to succeed.
func (e *ending) answer() (*request.Response, error) {
	if e.err != nil {
		return nil, fmt.Errorf("failed: %w", e.raw)
	}
	return e.response, nil
}

// answers is both where an answer is due.
func (s *stage) answers(set setting, req request.Request, test func(*request.Response, *Provider) error) error {
	return s.both(set, req, func(end *ending, p *Provider) error {
		resp, err := end.answer()
		if err != nil {
			return err
		}
		return test(resp, p)
	})
}

// fails is both where a failure is due.
func (s *stage) fails(set setting, req request.Request, test func(*request.Error, *Provider) error) error {
	return s.both(set, req, func(end *ending, p *Provider) error {
		if end.err == nil {
			return fmt.Errorf("succeeded with %+v where it had to fail", end.response)
		}
		return test(end.err, p)
	})
}

// says has the model say a text, whatever it is asked.
func says(text string) sim.Config { return answering(sim.Answer{Text: text}) }

func answering(a sim.Answer) sim.Config {
	return sim.Config{Respond: func(*sim.Prompt) *sim.Answer { return &a }}
}

// ask is a request with one question.
func ask(text string) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}
}

// want compares what came with what should have.
func want[T any](what string, got, want T) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("%s is not as it should be (-want +got):\n%s", what, diff)
	}
	return nil
}

// that is an error unless something holds.
func that(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}
