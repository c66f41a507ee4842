package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/pricing"
)

// genaiKinds are the names of genai-prices' prices for tokens, which are dollars for a million.
var genaiKinds = map[string]pricing.Kind{
	"input_mtok":            pricing.Input,
	"output_mtok":           pricing.Output,
	"cache_read_mtok":       pricing.CacheRead,
	"cache_write_mtok":      pricing.CacheWrite5m,
	"cache_write_1h_mtok":   pricing.CacheWrite1h,
	"output_reasoning_mtok": pricing.ReasoningOutput,
	"input_audio_mtok":      pricing.AudioInput,
	"output_audio_mtok":     pricing.AudioOutput,
	"input_image_mtok":      pricing.ImageInput,
	"output_image_mtok":     pricing.ImageOutput,
}

// genaiUnits are those for a thousand uses. Of prices for requests it gives the highest of several, which is of no use.
var genaiUnits = map[string]string{"web_searches_kcount": webSearch}

// readGenaiPrices reads prices that stand alone, or in a list with the day each begins. Prices by the time of day have no
// place in the table.
func readGenaiPrices(data []byte) (tariff, map[string]pricing.Price, error) {
	all, units := tariff{}, map[string]pricing.Price{}
	if len(data) == 0 || data[0] == '{' {
		return all, units, all.addGenai(data, 0, units)
	}
	var list []struct {
		Constraint struct {
			StartDate string `json:"start_date"`
			StartTime string `json:"start_time"`
		} `json:"constraint"`
		Prices json.RawMessage `json:"prices"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, nil, err
	}
	for _, entry := range list {
		if entry.Constraint.StartTime != "" {
			return nil, nil, nil
		}
		from, err := parseDay(entry.Constraint.StartDate)
		if err == nil {
			err = all.addGenai(entry.Prices, from, units)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return all, units, nil
}

func parseDay(s string) (pricing.Day, error) {
	if s == "" {
		return 0, nil
	}
	day, err := time.Parse(time.DateOnly, s)
	return pricing.DayOf(day), err
}

// addGenai takes in the prices that begin on a day.
func (t tariff) addGenai(data []byte, from pricing.Day, units map[string]pricing.Price) error {
	var fields map[string]genaiPrice
	if len(data) > 0 {
		if err := json.Unmarshal(data, &fields); err != nil {
			return err
		}
	}
	for name, p := range fields {
		if unit, ok := genaiUnits[name]; ok {
			units[unit] = price(p.Base, 3)
		}
		kind, ok := genaiKinds[name]
		if !ok {
			continue
		}
		t.set(when{from: from}, kind, price(p.Base, 6))
		for _, step := range p.Tiers {
			t.set(when{from: from, above: tokens(step.Start)}, kind, price(step.Price, 6))
		}
	}
	return nil
}

// genaiPrice is a number, or a base with steps for long prompts.
type genaiPrice struct {
	Base  json.Number `json:"base"`
	Tiers []struct {
		Start json.Number `json:"start"`
		Price json.Number `json:"price"`
	} `json:"tiers"`
}

func (p *genaiPrice) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, &p.Base)
	}
	type plain genaiPrice
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return fmt.Errorf("a price in steps: %w", err)
	}
	return nil
}
