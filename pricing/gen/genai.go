package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
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
func (list genaiList) claims(v vendor, names map[string]bool) (map[string]claim, error) {
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
		prices, units, err := readGenaiPrices(models[i].Prices)
		if err != nil {
			return nil, fmt.Errorf("prices of %s: %w", models[i].ID, err)
		}
		claims[name] = claim{source: genai, context: tokens(models[i].Context), prices: prices, units: units}
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
