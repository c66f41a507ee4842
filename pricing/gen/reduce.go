package main

import (
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// reduce leaves out each model for which a lookup in what is left gives the same answer: dated names of a model that has
// not changed, regions without terms of their own, and what gateways pass on unchanged. Lookup goes from long names to
// short ones and from gateways to makers, so models are taken in the opposite order.
func reduce(sources []pricing.Source, models []pricing.Model) *pricing.Table {
	models = slices.SortedStableFunc(slices.Values(models), func(a, b pricing.Model) int { return order(a) - order(b) })
	table := pricing.NewTable(sources, nil)
	var kept []pricing.Model
	for len(models) > 0 {
		n := 1
		for n < len(models) && order(models[n]) == order(models[0]) {
			n++
		}
		kept = append(kept, missing(table, models[:n])...)
		table = pricing.NewTable(sources, kept)
		models = models[n:]
	}
	return table
}

// order is by length, with the models of gateways behind all others.
func order(m pricing.Model) int {
	const longest = 1000
	if slices.ContainsFunc(vendors, func(v vendor) bool { return v.name == m.Vendor && v.gateway }) {
		return longest + len(m.Name)
	}
	return len(m.Name)
}

// missing are the models for which the table has no answer, or another.
func missing(t *pricing.Table, models []pricing.Model) (list []pricing.Model) {
	for _, m := range models {
		found, ok := t.Lookup(m.Vendor, m.Name)
		found.Vendor, found.Name, found.Sources = m.Vendor, m.Name, m.Sources
		if m.Deprecated.IsZero() { // where nothing is said of its end it ends with the other
			found.Deprecated = m.Deprecated
		}
		if !ok || !found.Equal(m) {
			list = append(list, m)
		}
	}
	return list
}
