package budget_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/ledger/budget"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func ExampleNew() {
	// In place of a real provider, one that says what OpenAI's would.
	provider := fake.New(fake.Config{Provider: "openai", Model: "gpt-5-mini", Default: &fake.Reply{
		Text: "Because of Rayleigh scattering.", Usage: &request.Usage{InputTokens: 14, OutputTokens: 30, Reported: true},
	}})
	client := budget.New(budget.Config{Provider: "openai", Model: "gpt-5-mini", PerRequestUSD: 0.01, DailyUSD: 20})(provider)
	defer client.(*budget.Client).Close()

	ask := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}}, MaxTokens: 500}
	resp, err := client.Complete(context.Background(), ask)
	if err != nil {
		panic(err)
	}
	fmt.Println(resp.Content, resp.Usage.Cost)

	ask.MaxTokens = 100_000
	_, err = client.Complete(context.Background(), ask)
	if why, ok := errors.AsType[*ledger.BudgetError](err); ok {
		fmt.Println("not sent: it may cost more than", why.Cap, "for each", why.Budget)
	}
	// Output:
	// Because of Rayleigh scattering. $0.0000635
	// not sent: it may cost more than $0.01 for each request
}
