package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/pricing"
)

// litellmModel is an entry of LiteLLM's list.
type litellmModel struct {
	Provider   string      `json:"litellm_provider"`
	Mode       string      `json:"mode"`
	Input      json.Number `json:"max_input_tokens"`
	Output     json.Number `json:"max_output_tokens"`
	Deprecated string      `json:"deprecation_date"`

	Tools     *bool `json:"supports_function_calling"`
	Parallel  *bool `json:"supports_parallel_function_calling"`
	Schema    *bool `json:"supports_response_schema"`
	Vision    *bool `json:"supports_vision"`
	PDF       *bool `json:"supports_pdf_input"`
	Audio     *bool `json:"supports_audio_input"`
	Reasoning *bool `json:"supports_reasoning"`
	Caching   *bool `json:"supports_prompt_caching"`
	Streaming *bool `json:"supports_native_streaming"`
	Sampling  *bool `json:"supports_sampling_params"`

	costs litellmCosts
}

// litellmListed are the capabilities that LiteLLM lists with care: an entry that lists others and not these denies them.
const litellmListed = pricing.Tools | pricing.Vision | pricing.PDF | pricing.Audio | pricing.Reasoning | pricing.PromptCaching

type litellmList map[string]litellmModel

func readLiteLLM(data []byte) (litellmList, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, err
	}
	delete(entries, "sample_spec") // describes the fields, in place of their values
	list := litellmList{}
	for name, entry := range entries {
		var m litellmModel
		err := json.Unmarshal(entry, &m)
		if err == nil {
			m.costs, err = readLiteLLMCosts(entry)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list[name] = m
	}
	return list, nil
}

// offers are entries for a region, a commitment or a kind of delivery of a model that has an entry without.
var offers = regexp.MustCompile(`^(bedrock|azure/(eu|us|global|global-standard|us-gov))/|^anthropic\..*@`)

// claims gives the chat models of a vendor by name, and the names of those that are something else.
func (list litellmList) claims(v vendor) (claims map[string]claim, others map[string]bool) {
	claims, others = map[string]claim{}, map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(list)) {
		m := list[key]
		name, prefixed := strings.CutPrefix(key, v.prefix)
		switch {
		case !slices.Contains(v.litellm, m.Provider):
		case m.Mode != "chat" && m.Mode != "responses":
			others[name] = true
		case offers.MatchString(key):
		case !prefixed && !v.unprefixed(key), m.silent():
		default:
			claims[name] = m.claim()
		}
	}
	if v.name == "vertex" {
		dropUnversioned(claims)
	}
	return claims, others
}

// dropUnversioned leaves out names that stand beside one with a version, as in NAME@20250929. Vertex's own names have the
// version; the entries without are old.
func dropUnversioned(claims map[string]claim) {
	for name := range claims {
		if base, _, versioned := strings.Cut(name, "@"); versioned {
			delete(claims, base)
		}
	}
}

// unprefixed names stand beside prefixed ones at Vertex, whose Gemini models have none.
func (v vendor) unprefixed(key string) bool {
	return v.name == "vertex" && strings.HasPrefix(key, "gemini-")
}

// silent entries stand for tools or classes of models.
func (m litellmModel) silent() bool { return tokens(m.Input) == 0 && tokens(m.Output) == 0 }

func (m litellmModel) claim() claim {
	c := claim{source: litellm, input: tokens(m.Input), output: tokens(m.Output), prices: m.costs.tariff, units: m.costs.units}
	c.say(pricing.Tools, m.Tools)
	c.say(pricing.ParallelTools, m.Parallel)
	c.say(pricing.JSONSchema, m.Schema)
	c.say(pricing.Vision, m.Vision)
	c.say(pricing.PDF, m.PDF)
	c.say(pricing.Audio, m.Audio)
	c.say(pricing.Reasoning, m.Reasoning)
	c.say(pricing.PromptCaching, m.Caching)
	c.say(pricing.Streaming, m.Streaming)
	c.say(pricing.Sampling, m.Sampling)
	if c.yes|c.no != 0 {
		c.unlisted = litellmListed &^ (c.yes | c.no)
	}
	c.end, _ = time.Parse(time.DateOnly, m.Deprecated) // some entries hold a remark
	return c
}
