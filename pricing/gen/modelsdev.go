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
	Cost        modelsDevCost
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
		prices: m.Cost.tariff(),
	}
	takes := func(kind string) *bool { return new(slices.Contains(m.Modalities.Input, kind)) }
	c.say(pricing.Tools, m.Tools)
	c.say(pricing.Reasoning, m.Reasoning)
	c.say(pricing.Sampling, m.Temperature)
	c.say(pricing.JSONSchema, m.Structured)
	c.say(pricing.Vision, takes("image"))
	c.say(pricing.PDF, takes("pdf"))
	c.say(pricing.Audio, takes("audio"))
	if c.prices[when{}][pricing.CacheRead].Known {
		c.yes |= pricing.PromptCaching
	}
	return c
}

type modelsDevCost struct {
	modelsDevRates
	Tiers []struct {
		modelsDevRates
		Tier struct {
			Size json.Number `json:"size"`
		} `json:"tier"`
	} `json:"tiers"`
}

type modelsDevRates struct {
	Input       json.Number `json:"input"`
	Output      json.Number `json:"output"`
	CacheRead   json.Number `json:"cache_read"`
	CacheWrite  json.Number `json:"cache_write"`
	Reasoning   json.Number `json:"reasoning"`
	InputAudio  json.Number `json:"input_audio"`
	OutputAudio json.Number `json:"output_audio"`
}

func (c *modelsDevCost) tariff() tariff {
	t := tariff{}
	c.setIn(t, when{})
	for _, step := range c.Tiers {
		if above := tokens(step.Tier.Size); above > 0 {
			step.setIn(t, when{above: above})
		}
	}
	return t
}

func (r *modelsDevRates) setIn(t tariff, w when) {
	for kind, number := range map[pricing.Kind]json.Number{
		pricing.Input: r.Input, pricing.Output: r.Output, pricing.CacheRead: r.CacheRead, pricing.CacheWrite5m: r.CacheWrite,
		pricing.ReasoningOutput: r.Reasoning, pricing.AudioInput: r.InputAudio, pricing.AudioOutput: r.OutputAudio,
	} {
		t.set(w, kind, price(number, 6))
	}
}
