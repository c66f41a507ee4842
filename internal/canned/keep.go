package canned

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// CheckKeeping: what came of a call stays as it was while others follow, which use its memory again. The bodies are answers and
// failures that hold something of everything.
func (d *Dialect) CheckKeeping(t *testing.T, bodies ...string) {
	t.Helper()
	type outcome struct {
		answer *request.Response
		err    *request.Error
		first  string
	}
	var all []outcome
	for range 2 {
		for _, body := range append(bodies, d.Whole, `{"error":{"message":"no credit","type":"invalid_request_error"}}`) {
			answer, err := d.Complete(t, body)
			e, _ := errors.AsType[*request.Error](err)
			all = append(all, outcome{answer, e, written(answer, e)})
		}
	}
	for i, o := range all {
		if now := written(o.answer, o.err); now != o.first {
			t.Errorf("call %d: first\n%s\nand now\n%s", i, o.first, now)
		}
	}
}

// written is all that a caller can see of an outcome.
func written(answer *request.Response, e *request.Error) string {
	if e != nil {
		return fmt.Sprintf("%+v\n%s", *e, written(e.Partial, nil))
	}
	if answer == nil {
		return ""
	}
	return fmt.Sprintf("%+v", *answer)
}
