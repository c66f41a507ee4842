package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Prices that stand in overrides.txt have it for a source: byHand as amounts, byRule as percentages.
const (
	byHand = 'h'
	byRule = 'r'
)

// ruling is what an override says of prices.
type ruling struct {
	prices  pricing.Prices // amounts
	drop    bool           // the terms in prices are to go
	percent int64          // of the input's price, or for a batch of every price
	kind    pricing.Kind   // what has that percentage
	offer   pricing.Offer
}

var ruledKinds = map[string]pricing.Kind{"read": pricing.CacheRead, "write5m": pricing.CacheWrite5m, "write1h": pricing.CacheWrite1h}

// parseRuling reads a field about prices. Amounts are read as the table's own.
func parseRuling(field, value string) (r ruling, err error) {
	if number, ok := strings.CutSuffix(value, "%"); ok {
		kind, known := ruledKinds[field]
		if r.percent, err = strconv.ParseInt(number, 10, 64); err != nil || !known && field != "batch" {
			return r, fmt.Errorf("%s=%s: want read, write5m, write1h or batch in percent", field, value)
		}
		if r.kind = kind; !known {
			r.offer = pricing.Batch
		}
		return r, nil
	}
	if r.drop = value == "-"; r.drop {
		value = ""
	}
	t, err := pricing.Parse("[v]\nm 0 0 ? " + string(rune(byHand)) + " " + field + "=" + value)
	if err != nil {
		return r, err
	}
	m, _ := t.Lookup("v", "m")
	r.prices = m.Prices
	return r, nil
}

// rulings are those for a model that concern a kind of field, in the order of the file.
func (o *overrides) rulings(m *pricing.Model) (list []ruling) {
	for i := range o.list {
		rule := &o.list[i]
		if !rule.matches(m) {
			continue
		}
		for field, value := range rule.fields {
			if slices.Contains([]string{"context", "output", "can", "cannot"}, field) {
				continue
			}
			if r, err := parseRuling(field, value); err == nil { // was checked when it was parsed
				list = append(list, r)
			}
		}
	}
	return list
}

// price puts in what is ruled, then what follows from rules.
func (o *overrides) price(m *pricing.Model, all tariff) {
	for _, r := range o.rulings(m) {
		for _, t := range r.prices.Terms {
			w := when{t.Offer, t.Above, t.From}
			if r.drop {
				delete(all, w)
			}
			for k, p := range t.Rates {
				all.set(w, pricing.Kind(k), p)
			}
		}
	}
	o.derive(m, all)
}

// derive fills in what rules say of prices that nobody states.
func (o *overrides) derive(m *pricing.Model, all tariff) {
	list := o.rulings(m)
	for _, r := range list {
		for w, rates := range all {
			if r.percent > 0 && r.offer == pricing.Standard && w.offer == pricing.Standard && !rates[r.kind].Known {
				all.set(w, r.kind, r.of(rates[pricing.Input]))
			}
		}
	}
	for _, r := range list {
		if r.offer == pricing.Standard {
			continue
		}
		for w, rates := range all {
			batch := when{r.offer, w.above, w.from}
			for k, p := range rates {
				if w.offer == pricing.Standard && !all[batch][k].Known {
					all.set(batch, pricing.Kind(k), r.of(p))
				}
			}
		}
	}
}

func (r *ruling) of(p pricing.Price) pricing.Price {
	p.PerMillion = p.PerMillion * request.Money(r.percent) / 100
	p.Sources = pricing.LettersOf(string(rune(byRule)))
	return p
}

// units puts in the prices by use that are ruled.
func (o *overrides) units(m *pricing.Model, units []pricing.Unit) []pricing.Unit {
	for _, r := range o.rulings(m) {
		for _, u := range r.prices.Units {
			units = slices.DeleteFunc(units, func(settled pricing.Unit) bool { return settled.Name == u.Name })
			units = append(units, u)
		}
	}
	return units
}
