package schema

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Validator judges answers. The text of its error is for the model to read. *Schema and *Check are validators.
type Validator interface {
	Validate(answer string) error
}

// Ask answers a request with an id, as those that remember answers need it.
type Ask = func(ctx context.Context, id string, req request.Request) (*request.Response, error)

// maxFault bounds, in bytes, what a model is shown of a fault: it may repeat the answer.
const maxFault = 2000

// Repair is the request that follows an answer with a fault: the same question, the answer, and what is wrong with it. Make it
// of the first request each time, so that it does not grow.
func Repair(req request.Request, answer string, fault error) request.Request {
	text := fault.Error()
	text = strings.ToValidUTF8(text[:min(len(text), maxFault)], "")
	messages := slices.Clone(req.Messages)
	if answer != "" { // a message without content is refused
		messages = append(messages, request.Message{Role: request.RoleAssistant, Content: answer})
	}
	req.Messages = append(messages, request.Message{
		Role:    request.RoleUser,
		Content: "That answer can't be used: " + text + "\nAnswer again, with the whole answer corrected and nothing else.",
	})
	return req
}

// Repairing asks again, up to a number of times, when the validator finds fault with an answer. Each repair has an id of its
// own, "id~repair-1", and its usage is added to that of the answer, which is the last one. An answer that is still faulty is
// returned together with an [*Invalid].
func Repairing(ask Ask, by Validator, repairs int) Ask {
	return func(ctx context.Context, id string, req request.Request) (*request.Response, error) {
		resp, err := ask(ctx, id, req)
		if err != nil {
			return resp, err
		}
		for n := 1; ; n++ {
			fault := by.Validate(resp.Content)
			if fault == nil {
				return resp, nil
			}
			if n > repairs {
				return resp, &Invalid{Answer: resp.Content, Repairs: repairs, Err: fault}
			}
			next, err := ask(ctx, fmt.Sprintf("%s~repair-%d", id, n), Repair(req, resp.Content, fault))
			if err != nil {
				return resp, err
			}
			sum := *next // what the caller remembers stays as it was
			sum.Usage = resp.Usage.Add(next.Usage)
			resp = &sum
		}
	}
}

// Invalid is an answer that was still faulty after all repairs.
type Invalid struct {
	Answer  string
	Repairs int
	Err     error
}

// Error tells the last fault.
func (e *Invalid) Error() string {
	return fmt.Sprintf("the answer is invalid after %d repairs: %v", e.Repairs, e.Err)
}

// Unwrap returns the last fault.
func (e *Invalid) Unwrap() error { return e.Err }
