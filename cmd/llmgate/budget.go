package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/ledger"
)

// usedUp is the refusal by a budget that has too little left for an item, and so for most that follow. It is nil for one that
// the item alone is to blame for: its own cost is above what any item may cost, or nobody knows it.
func usedUp(err error) *ledger.BudgetError {
	refusal, ok := errors.AsType[*ledger.BudgetError](err)
	if !ok || refusal.Window == ledger.PerRequest {
		return nil
	}
	return refusal
}

// remainder says what a budget that is used up has left, now that everything under way has been settled, and what to do.
func remainder(refusal *ledger.BudgetError, books *ledger.Ledger) string {
	left := refusal.Left
	for _, b := range books.Snapshot().Balances {
		if b.Budget == refusal.Budget && maps.Equal(b.Labels, refusal.Labels) {
			left = b.Left()
		}
	}
	name := refusal.Budget
	for _, label := range slices.Sorted(maps.Keys(refusal.Labels)) {
		name += fmt.Sprintf(", %s %q", label, refusal.Labels[label])
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The budget is used up: %v of %v (%s) is left, too little for the next item, which may cost %v.", left, refusal.Cap, name, refusal.Asked)
	b.WriteString(" Items without an answer were not sent; run them again with a higher cap")
	if !refusal.Resets.IsZero() {
		fmt.Fprintf(&b, ", or after %s", refusal.Resets.Format(time.RFC3339))
	}
	return b.String() + "."
}

// unpriced tells what to do where a budget refused what nobody could price.
const unpriced = "Budgets let nothing pass whose cost nobody knows: give the model a price with --prices, or set unpriced or unbounded in a --config file."
