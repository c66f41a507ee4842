package ledger

import (
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/store"
)

// Config sets up a ledger. The zero value counts without any cap.
type Config struct {
	// Budgets hold all at once: a call is made only if it fits into every one that it counts under.
	Budgets []Budget
	// Unpriced says what happens, where there are budgets, to calls whose cost nobody knows.
	Unpriced Unpriced
	// Store keeps the money beyond the process; nil keeps balances for as long as the ledger lives. Only one ledger may
	// write to a store. The ledger does not close it.
	Store store.Store
	// OnWarn is called with each event of kind Threshold and Overrun, one at a time, on a goroutine of its own. It may
	// block; beyond 256 events that wait for it, events are lost (see Event.Lost). Close waits for it to return.
	OnWarn func(Event)
	// MaxAccounts bounds the combinations of labels that are counted apart (65,536). Beyond it, labels that no budget names
	// are left out of account.
	MaxAccounts int
}

// Unpriced is what happens to calls whose cost nobody knows.
type Unpriced string

// The choices.
const (
	// RefuseUnpriced fails them with ErrUnpriced.
	RefuseUnpriced Unpriced = ""
	// CountTokens lets them pass at no cost and counts their tokens. What they are billed is outside of every budget.
	CountTokens Unpriced = "count_tokens"
)

const defaultMaxAccounts = 1 << 16

// complete checks the configuration, reporting all faults together, and fills in defaults.
func (c *Config) complete() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	names := map[string]bool{}
	for i := range c.Budgets {
		b := &c.Budgets[i]
		for _, f := range b.faults() {
			fault("ledger: Budgets[%d] (%s): %s", i, b.name(), f)
		}
		if names[b.name()] {
			fault("ledger: Budgets[%d]: another budget is named %q; set Name", i, b.name())
		}
		names[b.name()] = true
	}
	if c.Unpriced != RefuseUnpriced && c.Unpriced != CountTokens {
		fault("ledger: Unpriced %q is unknown; use count_tokens, or leave it empty to refuse", c.Unpriced)
	}
	if c.MaxAccounts < 0 {
		fault("ledger: MaxAccounts %d is negative", c.MaxAccounts)
	}
	if c.MaxAccounts == 0 {
		c.MaxAccounts = defaultMaxAccounts
	}
	return errors.Join(faults...)
}
