package pricing

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// maxMove is by how much a price may change from one table to the next before it is taken for a mistake.
const maxMove = 10

// maxSuspects bounds how many suspicious prices an error names.
const maxSuspects = 5

// CheckUpdate tells whether another table may take this one's place: it must know at least half of the models, and no price
// that holds at a time, or comes later, may be more than ten times the old one or less than a tenth. The error names what is
// suspicious.
func (t *Table) CheckUpdate(next *Table, at time.Time) error {
	var suspects []error
	lost := 0
	for i := range t.models {
		old := &t.models[i]
		updated := next.model(old.Vendor, old.Name)
		if updated == nil {
			lost++
			continue
		}
		if err := checkPrices(old, updated, DayOf(at)); err != nil && len(suspects) < maxSuspects {
			suspects = append(suspects, fmt.Errorf("%s/%s: %w", old.Vendor, old.Name, err))
		}
	}
	if 2*lost > len(t.models) {
		suspects = append(suspects, fmt.Errorf("%d of %d models are missing", lost, len(t.models)))
	}
	return errors.Join(suspects...)
}

func checkPrices(old, updated *Model, today Day) error {
	for i := range updated.Prices.Terms {
		to := &updated.Prices.Terms[i]
		if past := to.From <= today && updated.Prices.At(to.Offer, today, to.Above+1) != to; past {
			continue
		}
		from := old.Prices.At(to.Offer, max(to.From, today), to.Above+1)
		if from == nil {
			continue
		}
		for k := range to.Rates {
			if err := checkMove(from.Rates[k], to.Rates[k]); err != nil {
				return fmt.Errorf("%v, %v: %w", to.Offer, Kind(k), err)
			}
		}
	}
	for _, u := range updated.Prices.Units {
		if was, ok := old.Prices.unit(u.Name); ok {
			if err := checkMove(was, u.Price); err != nil {
				return fmt.Errorf("%s: %w", u.Name, err)
			}
		}
	}
	return nil
}

func checkMove(from, to Price) error {
	low, high := min(from.PerMillion, to.PerMillion), max(from.PerMillion, to.PerMillion)
	if !from.Known || !to.Known || high <= low || withinMove(low, high) {
		return nil
	}
	return fmt.Errorf("from %v to %v for a million", from, to)
}

// withinMove avoids the product, which might overflow.
func withinMove(low, high request.Money) bool { return high/maxMove < low || high == low*maxMove }
