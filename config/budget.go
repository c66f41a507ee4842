package config

import (
	"github.com/seed63918563/llmgate/ledger"
)

var windows = map[string]ledger.Window{
	"total": ledger.Total, "request": ledger.PerRequest, "minute": ledger.PerMinute, "hour": ledger.PerHour, "day": ledger.PerDay, "month": ledger.PerMonth,
}

var atCaps = map[string]ledger.AtCap{"refuse": ledger.Refuse, "wait": ledger.Wait, "cheaper": ledger.Cheaper}

func (r *reader) budget(p place) ledger.Budget {
	b := ledger.Budget{}
	given, atCap := false, false
	r.fields(p, map[string]take{
		"name":   into(&b.Name, r.open),
		"cap":    func(p place) { b.Cap, given = r.money(p); given = true },
		"window": into(&b.Window, oneOf(r, windows)),
		"match":  func(p place) { b.Match = entries(r, p, r.open) },
		"each":   func(p place) { b.Each = r.each(p, r.text) },
		"at_cap": func(p place) { b.AtCap, _ = choice(r, p, atCaps); atCap = true },
		"warn": func(p place) {
			r.elements(p, func(p place) {
				if share, ok := r.share(p, 1); ok {
					b.Warn = append(b.Warn, share)
				}
			})
		},
	})
	if !given {
		r.fault(p, "no cap; write cap: 20usd")
	}
	if !atCap && b.Window == ledger.Total { // a wait for requests under way only
		b.AtCap = ledger.Wait
	}
	return b
}
