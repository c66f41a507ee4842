package main

import (
	"encoding/json"
	"regexp"
	"strconv"

	"github.com/seed63918563/llmgate/pricing"
)

// portkeyPricing is an entry of Portkey's pricing files, in cents for a token or a use.
type portkeyPricing struct {
	Config portkeyConfig `json:"pricing_config"`
	Custom struct {
		// Sizes name the tiers of context by the number of tokens above which each holds.
		Sizes   map[string]string `json:"context_tier_map"`
		Regions struct {
			Default struct {
				Modes map[string]struct {
					Config portkeyConfig `json:"pricing_config"`
					Sizes  map[string]struct {
						Config portkeyConfig `json:"pricing_config"`
					} `json:"context_tiers"`
				} `json:"execution_modes"`
			} `json:"default"`
		} `json:"regions"`
	} `json:"custom_pricing"`
}

type portkeyConfig struct {
	Usage portkeyRates `json:"pay_as_you_go"`
	Batch portkeyRates `json:"batch_config"`
}

type portkeyRates struct {
	Input       portkeyRate            `json:"request_token"`
	Output      portkeyRate            `json:"response_token"`
	CacheRead   portkeyRate            `json:"cache_read_input_token"`
	CacheWrite  portkeyRate            `json:"cache_write_input_token"`
	Reasoning   portkeyRate            `json:"reasoning_token"`
	AudioInput  portkeyRate            `json:"request_audio_token"`
	AudioOutput portkeyRate            `json:"response_audio_token"`
	ImageInput  portkeyRate            `json:"request_image_token"`
	ImageOutput portkeyRate            `json:"response_image_token"`
	Units       map[string]portkeyRate `json:"additional_units"`
}

type portkeyRate struct {
	Price json.Number `json:"price"`
}

// portkeyUnits are its names for what is billed by use.
var portkeyUnits = map[string]string{"web_search": webSearch, "file_search": fileSearch}

var portkeyModes = map[string]pricing.Offer{
	"standard": pricing.Standard, "batch": pricing.Batch, "flex": pricing.Flex, "priority": pricing.Priority,
}

// portkeySize ends names for prompts of some size. The sizes are not those of the vendors, so what holds for the long ones
// is left to other sources.
var portkeySize = regexp.MustCompile(`-(lte|gt)-\d+k$`)

func cutPortkeySize(name string) (base string, long bool) {
	size := portkeySize.FindStringSubmatch(name)
	if size == nil {
		return name, false
	}
	return name[:len(name)-len(size[0])], size[1] == "gt"
}

func (p *portkeyPricing) tariff() (tariff, map[string]pricing.Price) {
	t := tariff{}
	p.Config.Usage.setIn(t, when{})
	p.Config.Batch.setIn(t, when{offer: pricing.Batch})
	above := map[string]int{}
	for size, name := range p.Custom.Sizes {
		above[name], _ = strconv.Atoi(size) // what is no size is the shortest
	}
	for name, mode := range p.Custom.Regions.Default.Modes {
		offer, ok := portkeyModes[name]
		if !ok {
			continue
		}
		mode.Config.Usage.setIn(t, when{offer: offer})
		for name, size := range mode.Sizes {
			size.Config.Usage.setIn(t, when{offer: offer, above: above[name]})
		}
	}
	units := map[string]pricing.Price{}
	for name, rate := range p.Config.Usage.Units {
		if unit, ok := portkeyUnits[name]; ok {
			units[unit] = price(rate.Price, 2)
		}
	}
	return t, units
}

func (r *portkeyRates) setIn(t tariff, w when) {
	for kind, rate := range map[pricing.Kind]portkeyRate{
		pricing.Input: r.Input, pricing.Output: r.Output, pricing.CacheRead: r.CacheRead, pricing.CacheWrite5m: r.CacheWrite,
		pricing.CacheWrite1h: r.Units["cache_write_1h"], pricing.ReasoningOutput: r.Reasoning, pricing.AudioInput: r.AudioInput,
		pricing.AudioOutput: r.AudioOutput, pricing.ImageInput: r.ImageInput, pricing.ImageOutput: r.ImageOutput,
	} {
		t.set(w, kind, price(rate.Price, 2))
	}
}
