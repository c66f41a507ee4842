// Command fallback asks many questions within a budget, of a first model and, where that one can't answer or would cost too
// much, of a second one. Without arguments the built-in simulator answers; give models, the preferred first, for real ones.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/seed63918563/llmgate"
)

func main() {
	models := []string{"sim/openai/gpt-5-mini", "sim/openai/gpt-5-nano"}
	if len(os.Args) > 1 {
		models = os.Args[1:]
	}
	if err := run(context.Background(), os.Stdout, models, 0.05); err != nil {
		log.Fatal(err)
	}
}

// run asks until the questions or the dollars are used up.
func run(ctx context.Context, w io.Writer, models []string, dollars float64) error {
	gate, err := llmgate.New(ctx, llmgate.Config{Models: models, Budget: llmgate.Budget{TotalUSD: dollars}})
	if err != nil {
		return err
	}
	defer gate.Abort()

	answered, refused := 0, 0
	for result := range gate.Run(ctx, questions(100), llmgate.RunOptions{}) {
		switch {
		case result.Err == nil:
			answered++
		case llmgate.IsBudget(result.Err):
			refused++
		default:
			return fmt.Errorf("question %s: %w", result.Job.ID, result.Err)
		}
	}
	fmt.Fprintf(w, "%d answered, %d beyond the budget\n", answered, refused)
	for _, row := range gate.Ledger().Summary("model") {
		fmt.Fprintf(w, "%s: %d calls, %v\n", row.Labels["model"], row.Calls, row.Spent)
	}
	return nil
}

func questions(n int) func(yield func(llmgate.Job) bool) {
	return func(yield func(llmgate.Job) bool) {
		for i := range n {
			text := fmt.Sprintf("Name a use for a brick, number %d.", i+1)
			req := llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: text}}, MaxTokens: 200}
			if !yield(llmgate.Job{ID: fmt.Sprint(i + 1), Request: req}) {
				return
			}
		}
	}
}
