package ledger

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Budget is a cap on what may be spent. Money belongs to the window of time in which it was reserved, whenever the call
// ends.
type Budget struct {
	// Name is how errors and events speak of it; empty is made from Window and Each, such as "day by tenant".
	Name string
	// Cap is the most that may be spent, presumed and reserved at once. 0 allows nothing but what costs nothing.
	Cap request.Money
	// Window is the time after which the budget begins anew; empty is never.
	Window Window
	// Zone decides when days and months begin; nil is UTC.
	Zone *time.Location
	// Match limits the budget to calls with all of these labels; empty is every call. The labels "tenant", "project",
	// "provider" and "model" are the fields of a Request, any other is one of its Labels.
	Match map[string]string
	// Each gives every value of a label a budget of its own, with several labels every combination; a call without the label
	// counts under the empty value.
	Each []string
	// AtCap says what happens to a call that does not fit.
	AtCap AtCap
	// Warn are the shares of Cap, between 0 and 1, at which an event of kind Threshold is sent, once in each window. They
	// are compared with what was spent and presumed.
	Warn []float64
}

// Window is a length of time that a budget covers, by the calendar.
type Window string

// The windows.
const (
	Total      Window = ""
	PerRequest Window = "request"
	PerMinute  Window = "minute"
	PerHour    Window = "hour"
	PerDay     Window = "day"
	PerMonth   Window = "month"
)

// AtCap is what happens to a call that does not fit into a budget.
type AtCap string

// What happens at the cap. A call that can never fit is refused by all of them.
const (
	// Refuse fails the call with a *BudgetError.
	Refuse AtCap = ""
	// Wait blocks the call until it fits or its context ends, first come first served.
	Wait AtCap = "wait"
	// Cheaper refuses the call with a *BudgetError that says Cheaper, for policy to look for a target that costs less.
	Cheaper AtCap = "cheaper"
)

// name is Name or what stands for it.
func (b *Budget) name() string {
	if b.Name != "" {
		return b.Name
	}
	name := string(b.Window)
	if b.Window == Total {
		name = "total"
	}
	if len(b.Each) > 0 {
		name += " by " + strings.Join(b.Each, ", ")
	}
	return name
}

// faults lists what is wrong with the budget.
func (b *Budget) faults() (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if b.Cap < 0 {
		fault("Cap %v is negative", b.Cap)
	}
	switch b.Window {
	case Total, PerRequest, PerMinute, PerHour, PerDay, PerMonth:
	default:
		fault("Window %q is unknown; use request, minute, hour, day, month, or leave it empty", b.Window)
	}
	switch b.AtCap {
	case Refuse, Wait, Cheaper:
	default:
		fault("AtCap %q is unknown; use wait, cheaper, or leave it empty to refuse", b.AtCap)
	}
	for _, share := range b.Warn {
		if !(share > 0 && share <= 1) {
			fault("Warn %v is not a share above 0 and up to 1", share)
		}
	}
	for _, label := range b.Each {
		if label == "" {
			fault("Each has an empty label")
		}
	}
	return faults
}
