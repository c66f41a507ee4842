package ledger

import (
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// account is what one combination of labels came to, and the balances that its calls count under.
type account struct {
	store.Account
	cells    []*cell
	written  bool // to the store, or about to be
	sum      store.Sum
	reserved request.Money
	open     int64
}

// label gives the value of any label, by name.
func label(a *store.Account, name string) string {
	switch name {
	case "tenant":
		return a.Tenant
	case "project":
		return a.Project
	case "provider":
		return a.Provider
	case "model":
		return a.Model
	}
	return a.Labels[name]
}

// appendKey writes the labels so that different ones differ. Lengths go before texts, which may hold anything.
func (b *books) appendKey(key []byte, a *store.Account) []byte {
	for _, s := range [...]string{a.Tenant, a.Project, a.Provider, a.Model} {
		key = appendText(key, s)
	}
	if len(a.Labels) == 0 {
		return key
	}
	b.names = b.names[:0]
	for name := range a.Labels {
		b.names = append(b.names, name)
	}
	slices.Sort(b.names)
	for _, name := range b.names {
		key = appendText(appendText(key, name), a.Labels[name])
	}
	return key
}

func appendText(key []byte, s string) []byte {
	n := len(s)
	return append(append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)), s...)
}

// account finds the account of a request or opens it. It allocates nothing for one that is known.
func (b *books) account(r *Request) *account {
	labels := store.Account{Tenant: r.Tenant, Project: r.Project, Provider: r.Provider, Model: r.Model, Labels: r.Labels}
	b.key = b.appendKey(b.key[:0], &labels)
	if a := b.accounts[string(b.key)]; a != nil {
		return a
	}
	if len(b.accounts) >= b.maxAccounts {
		labels = b.fold(labels)
		b.key = b.appendKey(b.key[:0], &labels)
		if a := b.accounts[string(b.key)]; a != nil {
			return a
		}
	}
	labels.Labels = maps.Clone(labels.Labels)
	b.lastAccount++
	labels.ID = b.lastAccount
	return b.open(labels)
}

// open makes the account under the key that was just built.
func (b *books) open(labels store.Account) *account {
	a := &account{Account: labels}
	a.sum.Account = labels.ID
	for _, budget := range b.budgets {
		if c := budget.cell(&a.Account); c != nil {
			a.cells = append(a.cells, c)
		}
	}
	b.accounts[string(b.key)] = a
	return a
}

// fold leaves only the labels that budgets go by.
func (b *books) fold(a store.Account) store.Account {
	folded := store.Account{Labels: map[string]string{}}
	for name := range b.named {
		switch value := label(&a, name); name {
		case "tenant":
			folded.Tenant = value
		case "project":
			folded.Project = value
		case "provider":
			folded.Provider = value
		case "model":
			folded.Model = value
		default:
			if value, ok := a.Labels[name]; ok {
				folded.Labels[name] = value
			}
		}
	}
	return folded
}
