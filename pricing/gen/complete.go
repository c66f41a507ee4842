package main

import (
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// completeFrom adds what the sources leave out of a dated name, and of a model that a gateway passes on, and state of the
// undated one, and of the maker's, if text costs the same: it is the same model on the same terms.
func (s *settler) completeFrom(m *pricing.Model, kin *pricing.Model) {
	today := s.dates[genai]
	if kin != nil {
		complete(&m.Prices, &kin.Prices, today)
	}
	if maker, ok := s.makers.Lookup(m.Vendor, m.Name); ok && s.vendor.gateway {
		complete(&m.Prices, &maker.Prices, today)
	} else if maker, ok := s.maker(m.Name); ok {
		follow(&m.Prices, &maker.Prices, today)
	}
}

// follow adds the changes to come of the maker's standard prices to those of a reseller who charges them.
func follow(p, maker *pricing.Prices, today pricing.Day) {
	tomorrow := func(t pricing.Terms) bool { return t.From > today }
	if !sameText(strip(p.Listed(today)), strip(maker.Listed(today))) || slices.ContainsFunc(p.Terms, tomorrow) {
		return
	}
	all := tariffOf(p.Terms)
	for w, rates := range tariffOf(maker.Terms) {
		if w.offer == pricing.Standard && w.from > today {
			all[w] = rates
		}
	}
	all.closeCliffs()
	p.Terms = all.terms()
}

func complete(p, from *pricing.Prices, today pricing.Day) {
	if !sameText(strip(p.Listed(today)), strip(from.Listed(today))) {
		return
	}
	all := tariffOf(p.Terms)
	if since := from.At(pricing.Standard, today, 0).From; p.At(pricing.Standard, today, 0).From == 0 {
		all.begin(since)
	}
	for w, rates := range tariffOf(from.Terms) {
		if _, own := all[w]; !own {
			all[w] = rates
			continue
		}
		for k, price := range rates {
			if !all[w][k].Known {
				all.set(w, pricing.Kind(k), price)
			}
		}
	}
	p.Terms = all.terms()
	for _, u := range from.Units {
		if !slices.ContainsFunc(p.Units, func(own pricing.Unit) bool { return own.Name == u.Name }) {
			p.Units = append(p.Units, u)
		}
	}
}
