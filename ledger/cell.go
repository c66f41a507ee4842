package ledger

import (
	"math"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// budget is a Budget at work: its present window and its balances.
type budget struct {
	Budget
	window  span
	cells   map[string]*cell // by the values of Each
	waiting map[*cell]bool   // those with a queue
}

func newBudget(b Budget, now time.Time) *budget {
	return &budget{Budget: b, window: b.Window.at(now, b.Zone), cells: map[string]*cell{}, waiting: map[*cell]bool{}}
}

// cell is the balance of a budget, for one combination of the values of Each. It is right for the window it was last looked
// at in; see look.
type cell struct {
	budget   *budget
	values   []string // of Each
	start    int64    // of the window that the sums are of
	spent    request.Money
	presumed request.Money
	reserved request.Money
	warned   int // how many thresholds were passed
	queue    queue
}

// cell gives the balance that an account counts under, nil if it does not.
func (b *budget) cell(a *store.Account) *cell {
	for name, value := range b.Match {
		if label(a, name) != value {
			return nil
		}
	}
	values := make([]string, len(b.Each))
	var key strings.Builder
	for i, name := range b.Each {
		values[i] = label(a, name)
		key.Write(appendText(nil, values[i]))
	}
	c := b.cells[key.String()]
	if c == nil {
		c = &cell{budget: b, values: values, start: b.window.start}
		b.cells[key.String()] = c
	}
	return c
}

// look begins the sums anew if the window is another one.
func (c *cell) look() {
	if c.start != c.budget.window.start {
		c.start, c.spent, c.presumed, c.reserved, c.warned = c.budget.window.start, 0, 0, 0, 0
	}
}

// counts reports whether what was reserved at a time is part of the sums.
func (c *cell) counts(at int64) bool { return c.budget.Window != PerRequest && at >= c.start }

// left is what may still be reserved; it is negative after an overrun.
func (c *cell) left() request.Money { return c.budget.Cap - add(add(c.spent, c.presumed), c.reserved) }

// never reports that the amount will not fit however long it waits. What is reserved may be released, and a new window
// brings back what was spent; in a budget without windows it is gone.
func (c *cell) never(amount request.Money) bool {
	if c.budget.Window == Total {
		return amount > c.budget.Cap-add(c.spent, c.presumed)
	}
	return amount > c.budget.Cap
}

// passed counts the thresholds up to what is gone.
func (c *cell) passed() (n int) {
	gone := float64(add(c.spent, c.presumed))
	for _, share := range c.budget.Warn {
		if gone >= share*float64(c.budget.Cap) {
			n++
		}
	}
	return n
}

func (c *cell) labels() map[string]string {
	if len(c.values) == 0 {
		return nil
	}
	labels := make(map[string]string, len(c.values))
	for i, name := range c.budget.Each {
		labels[name] = c.values[i]
	}
	return labels
}

// refusal says why an amount does not fit.
func (c *cell) refusal(amount request.Money) *BudgetError {
	b := c.budget
	return &BudgetError{
		Budget: b.name(), Labels: c.labels(), Window: b.Window, Asked: amount, Left: max(0, c.left()), Cap: b.Cap,
		Resets: until(b.window), Never: c.never(amount), Cheaper: b.AtCap == Cheaper,
	}
}

// until is the end of a window, zero if it has none.
func until(s span) time.Time {
	if s.end == always.end {
		return time.Time{}
	}
	return time.Unix(0, s.end).UTC()
}

// add stops at the greatest amount: a sum that wrapped around would open every budget.
func add(a, b request.Money) request.Money {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
