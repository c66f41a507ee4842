package dispatcher

import (
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// Condition says, after each result, whether to read no more jobs: by an error that tells why, which becomes the Outcome's.
// Results come in the order of completion, one at a time. It must not change the result. A panic ends the intake, too.
type Condition func(Progress, *Result) error

// StopOnFatal stops after the first error that all others would have as well: of class auth, quota, permission or not_found,
// once no target was left that could answer.
func StopOnFatal() Condition {
	return func(_ Progress, r *Result) error {
		switch request.Classify(r.Err) {
		case request.ClassAuth, request.ClassQuota, request.ClassPermission, request.ClassNotFound:
			return fmt.Errorf("stopped after job %d, whose failure all would have: %w", r.Index, r.Err)
		}
		return nil
	}
}

// StopOnBudget stops after the first job that a budget had no room for.
func StopOnBudget() Condition {
	return func(_ Progress, r *Result) error {
		if request.Classify(r.Err) == request.ClassBudget {
			return fmt.Errorf("stopped after job %d, for which the budget has no room: %w", r.Index, r.Err)
		}
		return nil
	}
}

// StopOnErrors stops when more than a share of the results are errors, of at least so many results. Those that were canceled
// don't count.
func StopOnErrors(share float64, least int) Condition {
	return func(p Progress, r *Result) error {
		done, failed := p.Done-p.Canceled, p.Failed-p.Canceled
		if r.Err == nil || done < max(1, least) || float64(failed) <= share*float64(done) {
			return nil
		}
		return fmt.Errorf("stopped after %d errors in %d results, more than %.3g %%; the last: %w", failed, done, 100*share, r.Err)
	}
}
