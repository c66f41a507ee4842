package main

import (
	"encoding/json"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// modelsDevList is models.dev's api.json: vendors by identifier. Prices are dollars for a million tokens.
type modelsDevList map[string]struct {
	Models map[string]modelsDevModel `json:"models"`
}

type modelsDevModel struct {
	Limit struct {
		Context, Input, Output json.Number
	} `json:"limit"`
	Modalities struct {
		Input, Output []string
	} `json:"modalities"`
	Cost struct {
		Input     json.Number `json:"input"`
		Output    json.Number `json:"output"`
		CacheRead json.Number `json:"cache_read"`
	} `json:"cost"`
	Tools       *bool `json:"tool_call"`
	Reasoning   *bool `json:"reasoning"`
	Temperature *bool `json:"temperature"`
	Structured  *bool `json:"structured_output"`
}

func readModelsDev(data []byte) (list modelsDevList, err error) {
	err = json.Unmarshal(data, &list)
	return list, err
}

// claims gives a vendor's models that answer with text and nothing else.
func (list modelsDevList) claims(v vendor) map[string]claim {
	claims := map[string]claim{}
	for name, m := range list[v.modelsDev].Models {
		if tokens(m.Limit.Context) > 0 && slices.Equal(m.Modalities.Output, []string{"text"}) {
			claims[name] = m.claim()
		}
	}
	return claims
}

func (m modelsDevModel) claim() claim {
	c := claim{
		source: modelsDev, context: tokens(m.Limit.Context), input: tokens(m.Limit.Input), output: tokens(m.Limit.Output),
		prices: pricing.Prices{Input: price(m.Cost.Input, 6), Output: price(m.Cost.Output, 6), CacheRead: price(m.Cost.CacheRead, 6)},
	}
	takes := func(kind string) *bool { return new(slices.Contains(m.Modalities.Input, kind)) }
	c.say(pricing.Tools, m.Tools)
	c.say(pricing.Reasoning, m.Reasoning)
	c.say(pricing.Sampling, m.Temperature)
	c.say(pricing.JSONSchema, m.Structured)
	c.say(pricing.Vision, takes("image"))
	c.say(pricing.PDF, takes("pdf"))
	c.say(pricing.Audio, takes("audio"))
	if c.prices.CacheRead.Known {
		c.yes |= pricing.PromptCaching
	}
	return c
}
