package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// confirm asks before a run that may cost more than the user wants to spend unasked.
func (a *app) confirm(ctx context.Context, f *runFlags, gate *opened, things string, reckon reckoner) error {
	if f.above == "" {
		return nil
	}
	above, err := request.ParseMoney(f.above)
	if err != nil || above < 0 {
		return usage(fmt.Errorf("--confirm-above %s: give an amount, such as 5usd", f.above))
	}
	p, err := a.reckonOver(ctx, f.output, gate, reckon)
	if err != nil {
		return err
	}
	worst, unknown := p.Worst, p.Unpriced+p.Unbounded
	if f.via == "batch" {
		worst, unknown = p.BatchWorst, unknown+p.Unbatched
	}
	if unknown == 0 && worst <= above {
		return nil
	}
	fmt.Fprint(a.err, planText(p, gate, things))
	if a.asked() && a.yes(fmt.Sprintf("That may be more than %v. Go on? [y/N] ", above)) {
		return nil
	}
	return usage(errors.New("not confirmed, nothing was sent; raise --confirm-above to go on unasked"))
}

func (a *app) yes(question string) bool {
	fmt.Fprint(a.err, question)
	var answer string
	_, _ = fmt.Fscanln(a.in, &answer) // no answer is no
	return strings.HasPrefix(strings.ToLower(answer), "y")
}
