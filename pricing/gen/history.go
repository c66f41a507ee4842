package main

import (
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// history is what the source that knows dates says of how prices change. Days are in order.
type history struct {
	source byte
	prices tariff
	days   []pricing.Day
	// now is the day since when the present prices hold.
	now pricing.Day
	// copied is when each source was copied.
	copied map[byte]pricing.Day
}

// historyOf is empty if no source dates the prices.
func historyOf(claims []claim, copied map[byte]pricing.Day) (h history) {
	for _, c := range claims {
		days := map[pricing.Day]bool{}
		for w := range c.prices {
			days[w.from] = true
		}
		if len(days) < 2 {
			continue
		}
		h = history{source: c.source, prices: c.prices, days: slices.Sorted(maps.Keys(days)), copied: copied}
		h.now = h.at(copied[c.source])
	}
	return h
}

// at is the day since when the prices of a day hold.
func (h *history) at(day pricing.Day) (since pricing.Day) {
	for _, from := range h.days {
		if from <= day {
			since = from
		}
	}
	return since
}

// present leaves of each claim what it says of today. A copy from before a change, with the price from before it, agrees with
// the history, and so with the price after it.
func (h *history) present(claims []claim) []claim {
	if len(h.days) == 0 {
		return claims
	}
	claims = slices.Clone(claims)
	today := h.since(h.now)
	for i := range claims {
		c := &claims[i]
		then := h.at(h.copied[c.source])
		switch {
		case c.source == h.source:
			c.prices = today
		case then != h.now && sameText(c.prices[when{}], h.since(then)[when{}]):
			c.prices = today.restricted(c.prices)
		}
	}
	return claims
}

// since are the prices that begin on a day, without the day.
func (h *history) since(from pricing.Day) tariff {
	t := tariff{}
	for w, rates := range h.prices {
		if w.from == from {
			w.from = 0
			t[w] = rates
		}
	}
	return t
}

func sameText(a, b pricing.Rates) bool {
	return a[pricing.Input].Known && a[pricing.Input] == b[pricing.Input] && a[pricing.Output] == b[pricing.Output]
}

// restricted leaves the prices that another tariff has, too, whatever they are there.
func (t tariff) restricted(to tariff) tariff {
	left := tariff{}
	for w, rates := range t {
		for k, p := range rates {
			if to[w][k].Known {
				left.set(w, pricing.Kind(k), p)
			}
		}
	}
	return left
}

// date puts the days of the history to settled prices, if it ends in them, with the prices before and after.
func (s *settler) date(m *pricing.Model, all tariff, h history) {
	if len(h.days) == 0 {
		return
	}
	if settled := strip(all[when{}]); !sameText(settled, strip(h.since(h.now)[when{}])) {
		s.report.note("%s/%s: the source that dates the prices is outvoted", m.Vendor, m.Name)
		return
	}
	all.begin(h.now)
	letters := pricing.LettersOf(string(rune(h.source)))
	for w, rates := range h.prices {
		if w.from == h.now {
			continue
		}
		for k := range rates {
			if rates[k].Known {
				rates[k].Sources = letters
			}
		}
		all[w] = rates
	}
	s.overrides.derive(m, all)
}

// strip takes away who states the prices.
func strip(r pricing.Rates) pricing.Rates {
	for k := range r {
		r[k].Sources = 0
	}
	return r
}
