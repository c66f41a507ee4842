package budget

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

// complete checks the configuration, reporting all faults together, and starts a ledger if none is given.
func (c *Config) complete() error {
	budgets, faults := c.budgets()
	c.useTable()
	switch {
	case c.Ledger != nil && len(budgets) > 0:
		faults = append(faults, errors.New("budget.New: amounts beside a Ledger; give the ledger these budgets"))
	case c.Ledger == nil && len(budgets) == 0 && len(faults) == 0:
		faults = append(faults, errors.New("budget.New: no amount; set one, such as DailyUSD, or a Ledger"))
	}
	if len(faults) > 0 || c.Ledger != nil {
		return errors.Join(faults...)
	}
	l, err := ledger.New(context.Background(), ledger.Config{Budgets: budgets, Unpriced: c.Unpriced})
	if err != nil {
		return fmt.Errorf("budget.New: %w", err)
	}
	c.Ledger, c.owned = l, true
	return nil
}

func (c *Config) budgets() (budgets []ledger.Budget, faults []error) {
	for _, amount := range []struct {
		field  string
		usd    float64
		window ledger.Window
	}{
		{"PerRequestUSD", c.PerRequestUSD, ledger.PerRequest},
		{"HourlyUSD", c.HourlyUSD, ledger.PerHour},
		{"DailyUSD", c.DailyUSD, ledger.PerDay},
		{"MonthlyUSD", c.MonthlyUSD, ledger.PerMonth},
		{"TotalUSD", c.TotalUSD, ledger.Total},
	} {
		switch {
		case amount.usd < 0 || math.IsNaN(amount.usd):
			faults = append(faults, fmt.Errorf("budget.New: %s %v is not an amount; leave it 0 for no cap", amount.field, amount.usd))
		case amount.usd > 0:
			budgets = append(budgets, ledger.Budget{Window: amount.window, Cap: request.USD(amount.usd), AtCap: c.AtCap})
		}
	}
	return budgets, faults
}
