package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// tariff is what is said of prices, by when they hold.
type tariff map[when]pricing.Rates

type when struct {
	offer pricing.Offer
	above int
	from  pricing.Day
}

// set notes a price that is known.
func (t tariff) set(w when, k pricing.Kind, p pricing.Price) {
	if !p.Known {
		return
	}
	rates := t[w]
	rates[k] = p
	t[w] = rates
}

func tariffOf(terms []pricing.Terms) tariff {
	t := tariff{}
	for _, terms := range terms {
		t[when{terms.Offer, terms.Above, terms.From}] = terms.Rates
	}
	return t
}

// tariffOn leaves what holds on a day, without the dates.
func tariffOn(terms []pricing.Terms, day pricing.Day) tariff {
	t := tariff{}
	p := pricing.Prices{Terms: terms}
	for _, terms := range terms {
		if holds := p.At(terms.Offer, day, terms.Above+1); holds != nil && holds.Above == terms.Above {
			t[when{offer: holds.Offer, above: holds.Above}] = holds.Rates
		}
	}
	return t
}

func (t tariff) terms() (list []pricing.Terms) {
	for w, rates := range t {
		list = append(list, pricing.Terms{Offer: w.offer, Above: w.above, From: w.from, Rates: rates})
	}
	slices.SortFunc(list, pricing.CompareTerms)
	return list
}

// begin puts a day to prices that have none.
func (t tariff) begin(day pricing.Day) {
	for w, rates := range maps.Clone(t) {
		if w.from == 0 {
			delete(t, w)
			w.from = day
			t[w] = rates
		}
	}
}

// parts are the kinds that are part of another.
var parts = map[pricing.Kind]pricing.Kind{
	pricing.ReasoningOutput: pricing.Output, pricing.AudioInput: pricing.Input, pricing.AudioOutput: pricing.Output,
	pricing.ImageInput: pricing.Input, pricing.ImageOutput: pricing.Output,
}

// hideParts takes away the prices of parts that cost what the whole costs.
func (t tariff) hideParts() {
	for part, whole := range parts {
		apart := false
		for _, rates := range t {
			apart = apart || rates[part].Known && rates[part].PerMillion != rates[whole].PerMillion
		}
		if apart {
			continue
		}
		for w, rates := range t {
			rates[part] = pricing.Price{}
			t[w] = rates
		}
	}
}

// closeCliffs ends every offer where the standard prices change, if nothing is known of what it costs from there on. What held
// before would be wrong.
func (t tariff) closeCliffs() {
	for standard := range t {
		if standard.offer != pricing.Standard {
			continue
		}
		for offer := pricing.Batch; offer <= pricing.Priority; offer++ {
			w := when{offer, standard.above, standard.from}
			if _, known := t[w]; !known && t.begins(w) {
				t[w] = pricing.Rates{}
			}
		}
	}
}

// begins: an offer has prices by then.
func (t tariff) begins(w when) bool {
	for earlier := range t {
		if earlier.offer == w.offer && earlier.from <= w.from && earlier.above <= w.above {
			return true
		}
	}
	return false
}

// fieldName is the name of the field that terms have in the table.
func fieldName(w when) string {
	name := map[pricing.Offer]string{pricing.Standard: "usd", pricing.Batch: "batch", pricing.Flex: "flex", pricing.Priority: "priority"}[w.offer]
	if w.above > 0 {
		name += fmt.Sprintf(">%d", w.above)
	}
	if w.from > 0 {
		name += "@" + w.from.String()
	}
	return name
}
