package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Errors for errors.Is.
var (
	// ErrClosed: the ledger was closed, or is being drained and takes no more reservations.
	ErrClosed = errors.New("ledger: closed")
	// ErrEnded: the hold has ended before; the second end changed nothing.
	ErrEnded = errors.New("ledger: the hold has ended already")
	// ErrUnpriced: the cost of the call is not known, so that no budget can be kept.
	ErrUnpriced = errors.New("no price is known for the model; give one, or set Unpriced to count tokens only")
	// ErrNoStore: a record was given to a ledger without a Store.
	ErrNoStore = errors.New("ledger: no store to write the record to; set Config.Store")
	// ErrNotDurable: the store failed. A hold that was ended stays ended, and the end is written with the next commit that
	// succeeds; until then a crash leaves the hold at its worst case. A hold that was asked for was not made.
	ErrNotDurable = errors.New("ledger: not written to the store")
)

// BudgetError is a call that did not fit into a budget. It comes within a *request.Error of class budget.
type BudgetError struct {
	// Budget is its name, Labels the values of the labels that it has in Each.
	Budget string
	Labels map[string]string
	Window Window
	// Asked is the worst case of the call; Left what was left of Cap.
	Asked, Left, Cap request.Money
	// Resets is when the budget begins anew; zero is never.
	Resets time.Time
	// Never: no wait helps, for the call costs more than the budget can ever have left.
	Never bool
	// Cheaper: the budget wants a cheaper target to be tried.
	Cheaper bool
}

// Error names the budget, what was asked and what is left.
func (e *BudgetError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "budget %q", e.Budget)
	for _, label := range slices.Sorted(maps.Keys(e.Labels)) {
		fmt.Fprintf(&b, ", %s %q", label, e.Labels[label])
	}
	fmt.Fprintf(&b, ": the call may cost %v, %v of %v is left", e.Asked, e.Left, e.Cap)
	if !e.Resets.IsZero() {
		fmt.Fprintf(&b, " until %s", e.Resets.Format(time.RFC3339))
	}
	switch {
	case e.Cheaper:
		b.WriteString("; take a cheaper model, ask for fewer tokens, or raise the cap")
	case e.Never || e.Resets.IsZero():
		b.WriteString("; ask for fewer tokens, or raise the cap")
	default:
		b.WriteString("; wait, ask for fewer tokens, or raise the cap")
	}
	return b.String()
}

// refused wraps the reason in the error that clients return.
func refused(provider, model string, reason error) error {
	return &request.Error{Class: request.ClassBudget, Provider: provider, Model: model, Err: reason}
}
