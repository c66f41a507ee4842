package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"github.com/seed63918563/llmgate/pricing"
)

// litellmCosts are the prices of an entry of LiteLLM's list, which are dollars for a token or a use.
type litellmCosts struct {
	tariff tariff
	units  map[string]pricing.Price
}

// litellmKinds are the beginnings of the names of its fields.
var litellmKinds = map[string]pricing.Kind{
	"input_cost_per_token":                      pricing.Input,
	"output_cost_per_token":                     pricing.Output,
	"cache_read_input_token_cost":               pricing.CacheRead,
	"cache_creation_input_token_cost":           pricing.CacheWrite5m,
	"cache_creation_input_token_cost_above_1hr": pricing.CacheWrite1h,
	"output_cost_per_reasoning_token":           pricing.ReasoningOutput,
	"input_cost_per_audio_token":                pricing.AudioInput,
	"output_cost_per_audio_token":               pricing.AudioOutput,
	"input_cost_per_image_token":                pricing.ImageInput,
	"output_cost_per_image_token":               pricing.ImageOutput,
}

// litellmField takes the name of a price apart: what it is for, above how many thousand tokens, and in which offer.
var litellmField = regexp.MustCompile(`^([a-z]+_[a-z_]*?(?:_above_1hr)?)(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$`)

var litellmOffers = map[string]pricing.Offer{"": pricing.Standard, "batches": pricing.Batch, "flex": pricing.Flex, "priority": pricing.Priority}

func readLiteLLMCosts(entry []byte) (c litellmCosts, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(entry, &fields); err != nil {
		return c, err
	}
	c = litellmCosts{tariff{}, map[string]pricing.Price{}}
	for name, value := range fields {
		c.tariff.setLiteLLM(name, value, 0)
	}
	c.readSteps(fields["tiered_pricing"])
	c.readUnits(fields)
	c.tariff.dropCopies()
	return c, nil
}

// setLiteLLM notes a field that is a price. Values that are no numbers are remarks.
func (t tariff) setLiteLLM(name string, value json.RawMessage, above int) {
	parts := litellmField.FindStringSubmatch(name)
	var number json.Number
	if parts == nil || json.Unmarshal(value, &number) != nil {
		return
	}
	kind, ok := litellmKinds[parts[1]]
	if !ok {
		return
	}
	if parts[2] != "" {
		thousands, _ := strconv.Atoi(parts[2]) // digits by the expression
		above = 1000 * thousands
	}
	t.set(when{offer: litellmOffers[parts[3]], above: above}, kind, price(number, 0))
}

// readSteps reads prices by ranges of the prompt's size, the first of which begins at zero.
func (c *litellmCosts) readSteps(list json.RawMessage) {
	var steps []map[string]json.RawMessage
	if json.Unmarshal(list, &steps) != nil {
		return
	}
	for _, step := range steps {
		var bounds []float64
		if json.Unmarshal(step["range"], &bounds) != nil || len(bounds) == 0 {
			continue
		}
		for name, value := range step {
			c.tariff.setLiteLLM(name, value, int(bounds[0]))
		}
	}
}

// readUnits takes the price of a search where it does not depend on how much is read, and that of a request.
func (c *litellmCosts) readUnits(fields map[string]json.RawMessage) {
	var search map[string]json.Number
	if json.Unmarshal(fields["search_context_cost_per_query"], &search) == nil {
		var all []json.Number
		for _, n := range search {
			all = append(all, n)
		}
		if len(all) > 0 && len(slices.Compact(all)) == 1 {
			c.units[webSearch] = price(all[0], 0)
		}
	}
	var number json.Number
	if json.Unmarshal(fields["input_cost_per_request"], &number) == nil {
		c.units[pricing.PerRequest] = price(number, 0)
	}
}

// dropCopies takes away prices for priority that are the standard ones: no vendor gives priority for nothing.
func (t tariff) dropCopies() {
	for w, rates := range t {
		standard := t[when{above: w.above}]
		if w.offer == pricing.Priority && rates[pricing.Input].PerMillion <= standard[pricing.Input].PerMillion {
			delete(t, w)
		}
	}
}
