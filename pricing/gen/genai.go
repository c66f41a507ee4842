package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/pricing"
)

// genaiList is genai-prices' list of vendors. Its models have patterns for names instead of names, and prices in dollars
// for a million tokens.
type genaiList []genaiVendor

type genaiVendor struct {
	ID     string       `json:"id"`
	Models []genaiModel `json:"models"`
}

type genaiModel struct {
	ID      string          `json:"id"`
	Match   genaiMatch      `json:"match"`
	Context json.Number     `json:"context_window"`
	Prices  json.RawMessage `json:"prices"`
}

func readGenai(data []byte) (list genaiList, err error) {
	err = json.Unmarshal(data, &list)
	return list, err
}

// claims speaks of the names that others gave for a vendor. Of a vendor that nobody else knows it speaks of its own.
func (list genaiList) claims(v vendor, names map[string]bool, day string) (map[string]claim, error) {
	i := slices.IndexFunc(list, func(known genaiVendor) bool { return known.ID == v.genai })
	if i < 0 {
		return nil, nil
	}
	models := list[i].Models
	if len(names) == 0 {
		names = map[string]bool{}
		for _, m := range models {
			names[m.ID] = true
		}
	}
	claims := map[string]claim{}
	for name := range names {
		i := slices.IndexFunc(models, func(m genaiModel) bool { return m.Match.covers(name) })
		if i < 0 {
			continue
		}
		prices, err := readGenaiPrices(models[i].Prices, day)
		if err != nil {
			return nil, fmt.Errorf("prices of %s: %w", models[i].ID, err)
		}
		claims[name] = claim{source: genai, context: tokens(models[i].Context), prices: prices}
	}
	return claims, nil
}

// genaiMatch has one field set.
type genaiMatch struct {
	Or         []genaiMatch `json:"or"`
	And        []genaiMatch `json:"and"`
	Equals     string       `json:"equals"`
	StartsWith string       `json:"starts_with"`
	EndsWith   string       `json:"ends_with"`
	Contains   string       `json:"contains"`
	Regex      string       `json:"regex"`
}

func (m genaiMatch) covers(name string) bool {
	within := func(m genaiMatch) bool { return m.covers(name) }
	switch {
	case m.Or != nil:
		return slices.ContainsFunc(m.Or, within)
	case m.And != nil:
		return !slices.ContainsFunc(m.And, func(m genaiMatch) bool { return !within(m) })
	case m.Equals != "":
		return name == m.Equals
	case m.StartsWith != "":
		return strings.HasPrefix(name, m.StartsWith)
	case m.EndsWith != "":
		return strings.HasSuffix(name, m.EndsWith)
	case m.Contains != "":
		return strings.Contains(name, m.Contains)
	case m.Regex != "":
		matched, _ := regexp.MatchString(m.Regex, name)
		return matched
	}
	return false
}

type genaiPrices struct {
	Input     genaiPrice `json:"input_mtok"`
	Output    genaiPrice `json:"output_mtok"`
	CacheRead genaiPrice `json:"cache_read_mtok"`
}

// readGenaiPrices takes the prices in force on a day: prices stand alone, or in a list with the day each begins. Prices by
// the time of day have no place in a table of one price.
func readGenaiPrices(data []byte, day string) (p pricing.Prices, err error) {
	var alone genaiPrices
	if len(data) == 0 || data[0] == '{' {
		if len(data) > 0 {
			err = json.Unmarshal(data, &alone)
		}
		return alone.prices(), err
	}
	var list []struct {
		Constraint struct {
			StartDate string `json:"start_date"`
			StartTime string `json:"start_time"`
		} `json:"constraint"`
		Prices genaiPrices `json:"prices"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return p, err
	}
	for _, entry := range list {
		if entry.Constraint.StartTime != "" {
			return pricing.Prices{}, nil
		}
		if entry.Constraint.StartDate <= day {
			p = entry.Prices.prices()
		}
	}
	return p, nil
}

func (p genaiPrices) prices() pricing.Prices {
	return pricing.Prices{Input: price(p.Input.base, 6), Output: price(p.Output.base, 6), CacheRead: price(p.CacheRead.base, 6)}
}

// genaiPrice is a number, or a base with steps for long prompts.
type genaiPrice struct{ base json.Number }

func (p *genaiPrice) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, &p.base)
	}
	var steps struct {
		Base json.Number `json:"base"`
	}
	err := json.Unmarshal(data, &steps)
	p.base = steps.Base
	return err
}
