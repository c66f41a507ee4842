package pricing

import (
	"fmt"
	"math"

	"github.com/seed63918563/llmgate/request"
)

// Cost is what an answer cost by its usage, exact but for one rounding to a billionth of a dollar, half to even. ok is false
// where a part of the usage has no price, or nothing is known of the usage: unknown is not zero. [Model.Bill] says why. It
// does not allocate and takes no account of a cost that the provider reported.
func (m *Model) Cost(u *request.Usage, s Service) (cost request.Money, ok bool) {
	cost, gap := m.price(u, s, nil)
	return cost, gap.why == priced
}

// Bill is a cost with what it is made of.
type Bill struct {
	Vendor, Model string
	// Terms are those that held, nil if there were none.
	Terms *Terms
	Lines []Line
	Total request.Money
	// Priced is false if a part has no price; Why says which, and Total is zero.
	Priced bool
	Why    string
}

// Line is a product in a bill. Its amount is not rounded, only the sum of all is.
type Line struct {
	What  string
	Count int
	Price Price
}

// Amount is what the line makes, rounded to a billionth of a dollar; it is the largest amount if it is out of range.
func (l Line) Amount() request.Money {
	var s sum
	s.add(l.Count, l.Price.PerMillion)
	if amount, ok := s.money(); ok {
		return amount
	}
	return math.MaxInt64
}

// Bill is [Model.Cost] line by line.
func (m *Model) Bill(u *request.Usage, s Service) Bill {
	b := Bill{Vendor: m.Vendor, Model: m.Name}
	total, gap := m.price(u, s, &b)
	if gap.why != priced {
		b.Why = fmt.Sprintf("%s/%s: %v", m.Vendor, m.Name, gap)
		return b
	}
	b.Total, b.Priced = total, true
	return b
}

// price adds up a usage, and writes it down where b is given.
func (m *Model) price(u *request.Usage, s Service, b *Bill) (request.Money, gap) {
	if u.TotalTokens() == 0 && !u.Reported && !u.Estimated {
		return 0, gap{why: noUsage}
	}
	offer, ok := s.offer()
	switch {
	case !ok:
		return 0, gap{noTier, s.Tier}
	case s.At.IsZero():
		return 0, gap{why: noDate}
	}
	terms := m.Prices.At(offer, DayOf(s.At), u.PromptTokens())
	if terms == nil {
		return 0, gap{noTerms, offer.String()}
	}
	if b != nil {
		b.Terms = terms
	}
	t := tally{prices: &m.Prices, rates: terms.Rates, bill: b}
	t.tokens(u)
	t.units(u)
	return t.money()
}
