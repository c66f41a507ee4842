package ledger_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

func Example() {
	ctx := context.Background()
	l, err := ledger.New(ctx, ledger.Config{Budgets: []ledger.Budget{
		{Cap: 100 * request.Dollar},
		{Window: ledger.PerDay, Cap: 5 * request.Dollar, Each: []string{"tenant"}},
	}})
	if err != nil {
		panic(err)
	}
	defer l.Close()

	hold, err := l.Reserve(ctx, ledger.Request{Amount: 4 * request.Dollar, Tenant: "acme", Model: "gpt-5-mini"})
	if err != nil {
		panic(err)
	}
	// While the call is under way, its worst case is gone for others of the tenant.
	_, err = l.Reserve(ctx, ledger.Request{Amount: 2 * request.Dollar, Tenant: "acme", Model: "gpt-5-mini"})
	if why, ok := errors.AsType[*ledger.BudgetError](err); ok {
		fmt.Println(why.Budget, why.Labels["tenant"], "has", why.Left, "left,", why.Asked, "was asked")
	}
	var usage request.Usage
	usage.SetCost(150 * request.Cent)
	if err := hold.Settle(usage); err != nil {
		panic(err)
	}
	for _, row := range l.Summary("tenant", "model") {
		fmt.Println(row.Labels["tenant"], row.Labels["model"], row.Calls, "call", row.Spent)
	}
	// Output:
	// day by tenant acme has $1.00 left, $2.00 was asked
	// acme gpt-5-mini 1 call $1.50
}
