package main

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// portkeyModel is an entry of Portkey's general files: the controls that its form shows for a model.
type portkeyModel struct {
	Params []struct {
		Key     string          `json:"key"`
		Max     json.Number     `json:"maxValue"`
		Options json.RawMessage `json:"options"`
	} `json:"params"`
	Remove []string `json:"removeParams"`
	Type   struct {
		Supported []string `json:"supported"`
	} `json:"type"`
}

// readPortkey reads a vendor's two files, either of which may be missing. Entries of another shape are left out: the files
// hold remarks among the models.
func readPortkey(general, prices []byte) (map[string]claim, error) {
	claims := map[string]claim{}
	err := eachEntry(general, func(name string, m portkeyModel) { claims[name] = m.claim() })
	if err != nil {
		return nil, err
	}
	err = eachEntry(prices, func(name string, p portkeyPricing) {
		base, long := cutPortkeySize(name)
		c := claims[base]
		if long || base != name && c.prices != nil { // the plain name comes first
			return
		}
		c.source = portkey
		c.prices, c.units = p.tariff()
		claims[base] = c
	})
	return claims, err
}

// eachEntry goes by the order of the names.
func eachEntry[T any](data []byte, take func(name string, entry T)) error {
	var entries map[string]json.RawMessage
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, &entries); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		var entry T
		if json.Unmarshal(entries[name], &entry) == nil {
			take(name, entry)
		}
	}
	return nil
}

func (m portkeyModel) claim() claim {
	c := claim{source: portkey}
	for _, p := range m.Params {
		switch p.Key {
		case "max_tokens", "max_completion_tokens":
			c.output = tokens(p.Max)
		case "response_format":
			c.yes |= pricing.JSONMode
		}
	}
	if slices.Contains(m.Remove, "temperature") {
		c.no |= pricing.Sampling
	}
	for _, kind := range m.Type.Supported {
		c.yes |= map[string]pricing.Flags{"tools": pricing.Tools, "image": pricing.Vision, "pdf": pricing.PDF, "audio": pricing.Audio}[kind]
	}
	return c
}
