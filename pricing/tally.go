package pricing

import (
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// tally prices one usage under one set of rates.
type tally struct {
	prices *Prices
	rates  Rates
	bill   *Bill // nil if only the sum is wanted
	sum    sum
	gap    gap // why there is no price
}

// tokens adds every kind of token. A part that never has a price of its own stays in the whole.
func (t *tally) tokens(u *request.Usage) {
	counts := [kinds]int{
		Input: u.InputTokens, Output: u.OutputTokens,
		CacheRead: u.CacheReadTokens, CacheWrite5m: u.CacheWrite5mTokens, CacheWrite1h: u.CacheWrite1hTokens,
	}
	carve := func(whole, part Kind, n int) {
		switch {
		case n < 0:
			t.miss(badCounts, "")
		case t.rates[part].Known:
			counts[part] = n
			counts[whole] -= n
		case n > 0 && t.prices.apart(part):
			t.miss(noRate, kindNames[part])
		}
	}
	carve(Input, AudioInput, u.AudioInputTokens)
	carve(Input, ImageInput, u.ImageInputTokens)
	carve(Output, ReasoningOutput, u.ReasoningTokens)
	carve(Output, AudioOutput, u.AudioOutputTokens)
	carve(Output, ImageOutput, u.ImageOutputTokens)
	for k, n := range counts {
		switch price := t.rates[k]; {
		case n == 0:
		case n < 0:
			t.miss(badCounts, "")
		case !price.Known:
			t.miss(noRate, kindNames[k])
		default:
			t.add(kindNames[k], n, price)
		}
	}
}

// apart: a kind has a price of its own under some terms.
func (p *Prices) apart(k Kind) bool {
	return slices.ContainsFunc(p.Terms, func(t Terms) bool { return t.Rates[k].Known })
}

// units adds what is billed by use. A unit that the table does not name may cost something.
func (t *tally) units(u *request.Usage) {
	for i := range t.prices.Units {
		if unit := &t.prices.Units[i]; unit.Name == PerRequest {
			t.unit(unit.Name, 1)
		}
	}
	for name, n := range u.Units {
		if name != PerRequest {
			t.unit(name, n)
		}
	}
}

func (t *tally) unit(name string, n int) {
	price, ok := t.prices.unit(name)
	switch {
	case n < 0:
		t.miss(badCounts, "")
	case n == 0:
	case !ok || !price.Known:
		t.miss(noUnit, name)
	default:
		t.add(name, n, price)
	}
}

func (p *Prices) unit(name string) (Price, bool) {
	for i := range p.Units {
		if p.Units[i].Name == name {
			return p.Units[i].Price, true
		}
	}
	return Price{}, false
}

func (t *tally) add(what string, n int, price Price) {
	if price.PerMillion < 0 {
		t.miss(negativePrice, what)
		return
	}
	t.sum.add(n, price.PerMillion)
	if t.bill != nil {
		t.bill.Lines = append(t.bill.Lines, Line{What: what, Count: n, Price: price})
	}
}

// miss notes a gap. Of several the first is told.
func (t *tally) miss(why reason, name string) {
	if t.gap.why == priced {
		t.gap = gap{why, name}
	}
}

func (t *tally) money() (request.Money, gap) {
	if t.gap.why != priced {
		return 0, t.gap
	}
	total, ok := t.sum.money()
	if !ok {
		return 0, gap{why: outOfRange}
	}
	return total, gap{}
}
