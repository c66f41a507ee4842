package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// Budgets that survive the end of the process.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	for run := 1; run <= 2; run++ {
		if err := spend(filepath.Join(folder, "money.db"), run); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// run 1 begins with $0.00 spent
	// run 2 begins with $3.00 spent
	// budget: budget "total": the call may cost $3.00, $2.00 of $5.00 is left; ask for fewer tokens, or raise the cap
}

func spend(path string, run int) error {
	ctx := context.Background()
	file, err := sqlite.Open(ctx, sqlite.Config{Path: path})
	if err != nil {
		return err
	}
	defer file.Close()
	books, err := ledger.New(ctx, ledger.Config{Store: file, Budgets: []ledger.Budget{{Cap: 5 * request.Dollar}}})
	if err != nil {
		return err
	}
	defer books.Close()
	fmt.Println("run", run, "begins with", books.Snapshot().Spent, "spent")
	hold, err := books.Reserve(ctx, ledger.Request{Amount: 3 * request.Dollar})
	if err != nil {
		return err
	}
	var usage request.Usage
	usage.SetCost(3 * request.Dollar)
	return hold.Settle(usage)
}
