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
	if !s.vendor.gateway {
		return
	}
	if maker, ok := s.makers.Lookup(m.Vendor, m.Name); ok {
		complete(&m.Prices, &maker.Prices, today)
	}
}

func complete(p, from *pricing.Prices, today pricing.Day) {
	if !sameText(strip(p.Listed(today)), strip(from.Listed(today))) {
		return
	}
	for _, t := range from.Terms {
		i := slices.IndexFunc(p.Terms, func(own pricing.Terms) bool {
			return own.Offer == t.Offer && own.Above == t.Above && own.From == t.From
		})
		if i < 0 {
			p.Terms = append(p.Terms, t)
			continue
		}
		for k, price := range t.Rates {
			if !p.Terms[i].Rates[k].Known {
				p.Terms[i].Rates[k] = price
			}
		}
	}
	for _, u := range from.Units {
		if !slices.ContainsFunc(p.Units, func(own pricing.Unit) bool { return own.Name == u.Name }) {
			p.Units = append(p.Units, u)
		}
	}
}
