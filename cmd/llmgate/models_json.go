package main

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// modelLine is a model as --json writes it.
type modelLine struct {
	Vendor       string         `json:"vendor"`
	Name         string         `json:"name"`
	Context      int            `json:"context_tokens,omitempty"`
	Output       int            `json:"max_output_tokens,omitempty"`
	InputUSD     *request.Money `json:"input_usd,omitempty"`
	OutputUSD    *request.Money `json:"output_usd,omitempty"`
	CacheReadUSD *request.Money `json:"cache_read_usd,omitempty"`
	Terms        []termsLine    `json:"terms,omitempty"`
	Units        []unitLine     `json:"units,omitempty"`
	// Capabilities is null for a model that nobody describes.
	Capabilities []string `json:"capabilities,omitzero"`
	Deprecated   string   `json:"deprecated,omitempty"`
	Sources      []string `json:"sources"`
}

// termsLine has the prices that hold under some terms, by kind.
type termsLine struct {
	Service string               `json:"service"`
	Above   int                  `json:"above_tokens,omitempty"`
	From    string               `json:"from,omitempty"`
	Prices  map[string]priceLine `json:"usd_per_million"`
}

type priceLine struct {
	USD     request.Money `json:"usd"`
	Sources []string      `json:"sources"`
}

type unitLine struct {
	Name string `json:"name"`
	// USD is for one use; it is left out where it is not one number.
	USD     *request.Money `json:"usd,omitempty"`
	Sources []string       `json:"sources,omitempty"`
}

func (f *modelsFlags) writeModelLines(w io.Writer, list []pricing.Model) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	names := sourceNames(f.table)
	for i := range list {
		if err := encoder.Encode(f.lineOf(&list[i], names)); err != nil {
			return err
		}
	}
	return nil
}

// sourceNamer knows the names of sources by their letters.
type sourceNamer map[byte]string

func sourceNames(t *pricing.Table) sourceNamer {
	names := sourceNamer{}
	for _, s := range t.Sources() {
		names[s.Letter] = s.Name
	}
	return names
}

func (n sourceNamer) list(letters string) []string {
	list := []string{}
	for _, letter := range []byte(letters) {
		list = append(list, n[letter])
	}
	return list
}

func (f *modelsFlags) lineOf(m *pricing.Model, names sourceNamer) modelLine {
	listed := m.Prices.Listed(f.today)
	line := modelLine{
		Vendor: m.Vendor, Name: m.Name, Context: m.ContextTokens, Output: m.MaxOutputTokens,
		InputUSD: amount(listed[pricing.Input]), OutputUSD: amount(listed[pricing.Output]), CacheReadUSD: amount(listed[pricing.CacheRead]),
		Sources: names.list(m.Sources),
	}
	if m.Flags.Has(pricing.Described) {
		line.Capabilities = slices.AppendSeq([]string{}, m.Flags.Words())
	}
	if !m.Deprecated.IsZero() {
		line.Deprecated = m.Deprecated.Format(time.DateOnly)
	}
	for i := range m.Prices.Terms {
		line.Terms = append(line.Terms, lineOfTerms(&m.Prices.Terms[i], names))
	}
	for _, u := range m.Prices.Units {
		unit := unitLine{Name: u.Name}
		if u.Price.Known {
			one := pricing.Line{Count: 1, Price: u.Price}
			unit.USD, unit.Sources = new(one.Amount()), names.list(u.Price.Sources.String())
		}
		line.Units = append(line.Units, unit)
	}
	return line
}

func lineOfTerms(t *pricing.Terms, names sourceNamer) termsLine {
	line := termsLine{Service: t.Offer.String(), Above: t.Above, Prices: map[string]priceLine{}}
	if t.From > 0 {
		line.From = t.From.String()
	}
	for k, p := range t.Rates {
		if p.Known {
			line.Prices[strings.ReplaceAll(pricing.Kind(k).String(), " ", "_")] = priceLine{p.PerMillion, names.list(p.Sources.String())}
		}
	}
	return line
}

func amount(p pricing.Price) *request.Money {
	if !p.Known {
		return nil
	}
	return &p.PerMillion
}
