package ledger

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Snapshot is the whole ledger at one moment.
type Snapshot struct {
	At time.Time
	// Spent, Presumed and Reserved are of all time, whatever the budgets.
	Spent    request.Money
	Presumed request.Money
	Reserved request.Money
	// Open counts the holds without an end, Unknown those of them that a process before left.
	Open    int
	Unknown int
	// Balances are those of all budgets, in the order of the configuration and then by label.
	Balances []Balance
}

// Balance is what a budget came to in its present window, for one combination of the values of its Each.
type Balance struct {
	Budget   string
	Labels   map[string]string
	Window   Window
	Cap      request.Money
	Spent    request.Money
	Presumed request.Money
	Reserved request.Money
	// Resets is when the window ends; zero is never.
	Resets time.Time
	// Waiting counts the calls that wait for room here.
	Waiting int
}

// Left is what may still be reserved; it is negative after an overrun.
func (b Balance) Left() request.Money { return b.Cap - add(add(b.Spent, b.Presumed), b.Reserved) }

// Snapshot gives every balance, all at one moment. It blocks while the ledger commits.
func (l *Ledger) Snapshot() (s Snapshot) {
	l.ask(func(b *books) { s = b.snapshot() })
	return s
}

func (b *books) snapshot() Snapshot {
	s := Snapshot{At: time.Unix(0, b.now), Open: b.holds, Unknown: len(b.unknown)}
	for _, a := range b.accounts {
		s.Spent, s.Presumed, s.Reserved = add(s.Spent, a.sum.Spent), add(s.Presumed, a.sum.Presumed), add(s.Reserved, a.reserved)
	}
	for _, budget := range b.budgets {
		first := len(s.Balances)
		for _, c := range budget.cells {
			c.look()
			s.Balances = append(s.Balances, Balance{
				Budget: budget.name(), Labels: c.labels(), Window: budget.Window, Cap: budget.Cap,
				Spent: c.spent, Presumed: c.presumed, Reserved: c.reserved, Resets: until(budget.window), Waiting: len(c.queue),
			})
		}
		slices.SortFunc(s.Balances[first:], func(x, y Balance) int {
			return slices.CompareFunc(budget.Each, budget.Each, func(name, _ string) int { return cmp.Compare(x.Labels[name], y.Labels[name]) })
		})
	}
	return s
}

// Row is what the calls with the same labels came to.
type Row struct {
	// Labels has the labels that the summary is by.
	Labels map[string]string
	// Sum is of what has ended; its Account is 0.
	store.Sum
	// Reserved is of the Open holds that have not ended.
	Reserved request.Money
	Open     int64
}

// Summary adds up all calls by labels ("tenant", "project", "provider", "model", or any other), sorted by them; without
// any it is one row. It blocks while the ledger commits.
func (l *Ledger) Summary(by ...string) (rows []Row) {
	l.ask(func(b *books) { rows = b.summary(by) })
	slices.SortFunc(rows, func(x, y Row) int {
		return slices.CompareFunc(by, by, func(name, _ string) int { return cmp.Compare(x.Labels[name], y.Labels[name]) })
	})
	return rows
}

func (b *books) summary(by []string) (rows []Row) {
	places := map[string]int{}
	for _, a := range b.accounts {
		var key []byte
		for _, name := range by {
			key = appendText(key, label(&a.Account, name))
		}
		i, ok := places[string(key)]
		if !ok {
			i = len(rows)
			places[string(key)] = i
			labels := make(map[string]string, len(by))
			for _, name := range by {
				labels[name] = label(&a.Account, name)
			}
			rows = append(rows, Row{Labels: labels})
		}
		rows[i].Sum = rows[i].Sum.Plus(a.sum)
		rows[i].Reserved = add(rows[i].Reserved, a.reserved)
		rows[i].Open += a.open
	}
	return rows
}
