package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Units that sources price, before the vendor's own names are put in their place.
const (
	webSearch  = "web search"
	fileSearch = "file search"
)

// prices settles what a model costs. Each price goes by majority; without one it stays unknown. An input or output price
// that only one of several sources states is not agreed, nor is one for the cache that only one of three states, for all list
// those; of the other prices silence says nothing. A cliff stands unless most of those who list cliffs leave it out, for a cost
// that is too low is worse than one that is too high. Who is outvoted about plain text is not heard about the rest. Where the
// sources of a dated name are split it goes by kin, the undated one.
func (s *settler) prices(m *pricing.Model, claims []claim, kin *pricing.Model) pricing.Prices {
	h := historyOf(claims, s.dates)
	claims = h.present(claims)
	known := tariff{}
	if kin != nil {
		known = tariffOn(kin.Prices.Terms, s.dates[genai])
	}
	all := tariff{}
	plain := s.plain(m, claims, known[when{}])
	claims = s.heard(m, plain, claims)
	for _, w := range keys(claims) {
		if w.above > 0 && !s.cliff(m, w, claims, known) {
			continue
		}
		if rates := s.rates(m, w, claims, known[w]); rates != (pricing.Rates{}) {
			all[w] = rates
		}
	}
	if disputed(plain, claims) {
		clear(all)
	}
	all.set(when{}, pricing.Input, plain[pricing.Input])
	all.set(when{}, pricing.Output, plain[pricing.Output])
	s.overrides.price(m, all)
	all.hideParts()
	s.date(m, all, h)
	all.closeCliffs()
	return pricing.Prices{Terms: all.terms(), Units: s.units(m, claims)}
}

// plain settles what text costs at the standard terms.
func (s *settler) plain(m *pricing.Model, claims []claim, kin pricing.Rates) (rates pricing.Rates) {
	for _, k := range text {
		rates[k] = s.rate(m, when{}, k, claims, kin[k])
	}
	return rates
}

var text = [...]pricing.Kind{pricing.Input, pricing.Output}

// heard leaves the claims that agree about plain text. One that does not means another model, or another time.
func (s *settler) heard(m *pricing.Model, plain pricing.Rates, claims []claim) []claim {
	ruled := tariff{when{}: plain}
	s.overrides.price(m, ruled)
	return slices.DeleteFunc(slices.Clone(claims), func(c claim) bool {
		return slices.ContainsFunc(text[:], func(k pricing.Kind) bool {
			stated, settled := c.prices[when{}][k], ruled[when{}][k]
			return stated.Known && settled.Known && stated.PerMillion != settled.PerMillion
		})
	})
}

// disputed: the sources disagree about plain text, so that nothing follows from what else they state.
func disputed(settled pricing.Rates, claims []claim) bool {
	return slices.ContainsFunc(claims, func(c claim) bool {
		return slices.ContainsFunc(text[:], func(k pricing.Kind) bool { return c.prices[when{}][k].Known && !settled[k].Known })
	})
}

// keys are all terms that somebody states, the plain ones first.
func keys(claims []claim) []when {
	set := map[when]bool{}
	for _, c := range claims {
		for w := range c.prices {
			set[w] = true
		}
	}
	return slices.SortedFunc(maps.Keys(set), compareWhen)
}

func compareWhen(a, b when) int {
	return cmp.Or(cmp.Compare(a.offer, b.offer), cmp.Compare(a.above, b.above), cmp.Compare(a.from, b.from))
}

// cliff votes on whether prices rise with the size of the prompt. Portkey leaves most cliffs out.
func (s *settler) cliff(m *pricing.Model, w when, claims []claim, kin tariff) bool {
	stated, left := 0, 0
	for _, c := range claims {
		switch _, states := c.prices[w]; {
		case states:
			stated++
		case c.source != portkey && c.prices[when{offer: w.offer}][pricing.Input].Known && w.offer == pricing.Standard:
			left++
		}
	}
	field := fieldName(w)
	v := verdictOf(stated, stated+left)
	if _, known := kin[w]; v == split && len(kin) > 0 {
		s.report.count(field, tiebreak)
		return known
	}
	s.tell(m.Name, field, v, "those who state it and those who don't", s.overrides.sets(m, field))
	if stated < left && s.vendor.firstParty {
		s.report.note("%s/%s: %s is outvoted, %d to %d", m.Vendor, m.Name, field, left, stated)
	}
	return stated >= left
}

// rates settles what holds under some terms, but for plain text.
func (s *settler) rates(m *pricing.Model, w when, claims []claim, kin pricing.Rates) (rates pricing.Rates) {
	for k := range rates {
		if k := pricing.Kind(k); w != (when{}) || !slices.Contains(text[:], k) {
			rates[k] = s.rate(m, w, k, claims, kin[k])
		}
	}
	return rates
}

// rate settles one price.
func (s *settler) rate(m *pricing.Model, w when, k pricing.Kind, claims []claim, kin pricing.Price) (p pricing.Price) {
	var votes []request.Money
	priced := 0
	for _, c := range claims {
		if c.prices[when{}][pricing.Input].Known {
			priced++
		}
		if p := c.prices[w][k]; p.Known {
			votes = append(votes, p.PerMillion)
		}
	}
	if len(votes) == 0 {
		return p
	}
	value, v := vote(votes, nil, same)
	if v == split && kin.Known && slices.Contains(votes, kin.PerMillion) {
		value, v = kin.PerMillion, tiebreak
	}
	field := fieldName(w)
	s.tell(m.Name, field+" "+k.String(), v, votes, s.overrides.sets(m, field))
	if v == split || v == single && priced > silence(w, k) {
		return p
	}
	p = pricing.PerMillion(value)
	for _, c := range claims {
		if stated := c.prices[w][k]; stated.Known && stated.PerMillion == value {
			p.Sources |= pricing.LettersOf(string(rune(c.source)))
		}
	}
	return p
}

// silence is how many sources may price a model if one of them alone states a price that stands.
func silence(w when, k pricing.Kind) int {
	switch {
	case w != when{}:
	case k == pricing.Input || k == pricing.Output:
		return 1
	case k == pricing.CacheRead || k == pricing.CacheWrite5m:
		return 2
	}
	return len("lmgp")
}

// units settles prices by use, by majority.
func (s *settler) units(m *pricing.Model, claims []claim) (units []pricing.Unit) {
	for _, name := range []string{webSearch, fileSearch, pricing.PerRequest} {
		own := s.vendor.units[name]
		if name == pricing.PerRequest {
			own = name
		}
		var votes []request.Money
		for _, c := range claims {
			if p := c.units[name]; p.Known {
				votes = append(votes, p.PerMillion)
			}
		}
		if own == "" || len(votes) == 0 {
			continue
		}
		value, v := vote(votes, nil, same)
		s.tell(m.Name, "unit "+own, v, votes, s.overrides.sets(m, "units"))
		if v == split {
			continue
		}
		p := pricing.PerMillion(value)
		for _, c := range claims {
			if c.units[name].Known && c.units[name].PerMillion == value {
				p.Sources |= pricing.LettersOf(string(rune(c.source)))
			}
		}
		units = append(units, pricing.Unit{Name: own, Price: p})
	}
	return s.overrides.units(m, units)
}
