package pricing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// setTerms reads a field such as usd>200000@2026-09-01=2.5,15.
func (m *Model) setTerms(name, value string) error {
	t, err := parseTerms(name)
	if err != nil {
		return err
	}
	k := 0
	for text := range strings.SplitSeq(value, ",") {
		if k == len(t.Rates) {
			return fmt.Errorf("%s has more than %d prices", name, k)
		}
		if t.Rates[k], err = parsePrice(text, m.Sources); err != nil {
			return fmt.Errorf("%s, %v: %w", name, Kind(k), err)
		}
		k++
	}
	at, found := slices.BinarySearchFunc(m.Prices.Terms, t, CompareTerms)
	if found {
		return fmt.Errorf("%s is given twice; remove one", name)
	}
	m.Prices.Terms = slices.Insert(m.Prices.Terms, at, t)
	return nil
}

// parseTerms reads the name of a field.
func parseTerms(name string) (t Terms, err error) {
	rest, date, dated := strings.Cut(name, "@")
	offer, above, tiered := strings.Cut(rest, ">")
	i := slices.Index(offerFields[:], offer)
	if i < 0 {
		return t, fmt.Errorf("field %q is unknown; use usd, batch, flex, priority, units or end", name)
	}
	t.Offer = Offer(i)
	if tiered {
		if t.Above, err = strconv.Atoi(above); err != nil || t.Above <= 0 {
			return t, fmt.Errorf("field %q: %q is not a number of tokens", name, above)
		}
	}
	if dated {
		if t.From, err = parseDay(date); err != nil {
			return t, fmt.Errorf("field %q: %w", name, err)
		}
	}
	return t, nil
}

// setUnits reads a list such as web_search_call:10000,request:.
func (m *Model) setUnits(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		name, price, ok := strings.Cut(text, ":")
		if !ok || name == "" {
			return fmt.Errorf("units: %q: want NAME:PRICE", text)
		}
		if _, given := m.Prices.unit(name); given {
			return fmt.Errorf("units: %s is given twice; remove one", name)
		}
		p, err := parsePrice(price, m.Sources)
		if err != nil {
			return fmt.Errorf("units, %s: %w", name, err)
		}
		m.Prices.Units = append(m.Prices.Units, Unit{name, p})
	}
	return nil
}

// parsePrice reads dollars, and the letters of the sources behind them, or - for none. Without either all sources of the model
// state it.
func parsePrice(s, all string) (Price, error) {
	if s == "" {
		return Price{}, nil
	}
	digits := strings.TrimRight(s, "-abcdefghijklmnopqrstuvwxyz")
	sources := cmp.Or(s[len(digits):], all)
	amount, err := request.ParseMoney(cmp.Or(digits, s))
	switch {
	case err != nil:
		return Price{}, err
	case amount < 0:
		return Price{}, errors.New("a price can't be negative; leave it empty if it is unknown")
	}
	return Price{PerMillion: amount, Sources: LettersOf(sources), Known: true}, nil
}
