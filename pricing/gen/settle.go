package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/pricing"
)

// settler turns the claims about the models of one vendor into entries.
//
// Limits go by majority; else a context by the smaller, so that what is planned fits, and an answer by the larger, so that
// nothing is refused that a source says is served. genai-prices knows no limit of
// the answer. Portkey describes the controls of its own form: its limit breaks a tie and its flags count where no other
// source speaks. Where the sources of a dated name disagree or are silent it follows the undated one.
type settler struct {
	vendor    vendor
	claims    map[string][]claim
	overrides *overrides
	// makers are the models of those who make what others resell.
	makers *pricing.Table
	report *report
	// dates are when the sources were copied.
	dates map[byte]pricing.Day

	settled map[string]pricing.Model
}

func (s *settler) run() []pricing.Model {
	s.settled = map[string]pricing.Model{}
	names := slices.Sorted(maps.Keys(s.claims))
	slices.SortStableFunc(names, func(a, b string) int { return dateLength(a) - dateLength(b) })
	for _, name := range names {
		if !obscure(s.claims[name]) {
			s.settled[name] = s.model(name)
		}
	}
	return slices.Collect(maps.Values(s.settled))
}

// dateLength is zero for an undated name, which is settled before the dated ones.
func dateLength(name string) int { return len(name) - len(pricing.Undated(name)) }

// obscure models are those that LiteLLM alone knows, without a word on what they can do.
func obscure(claims []claim) bool {
	return !described(claims) && !slices.ContainsFunc(claims, func(c claim) bool { return c.source != litellm && c.source != portkey })
}

func (s *settler) model(name string) pricing.Model {
	claims := s.claims[name]
	slices.SortFunc(claims, func(a, b claim) int { return trust(a.source) - trust(b.source) })
	m := pricing.Model{Vendor: s.vendor.name, Name: name}
	var kin *pricing.Model
	if undated, ok := s.settled[pricing.Undated(name)]; ok {
		kin = &undated
	}
	for _, c := range claims {
		m.Sources += string(rune(c.source))
		if m.Deprecated.IsZero() {
			m.Deprecated = c.end
		}
	}
	s.limits(&m, claims, kin)
	m.Flags = s.flags(name, claims, kin)
	m.Prices = s.prices(&m, claims, kin)
	s.completeFrom(&m, kin)
	slices.SortFunc(m.Prices.Units, func(a, b pricing.Unit) int { return strings.Compare(a.Name, b.Name) })
	s.overrides.apply(&m)
	return m
}

// trust orders the sources by the weight of their word on capabilities.
func trust(source byte) int {
	return strings.IndexByte(string([]byte{litellm, modelsDev, genai, portkey}), source)
}

func (s *settler) limits(m *pricing.Model, claims []claim, kin *pricing.Model) {
	var contexts, outputs, breakers []int
	for _, c := range claims {
		if n := c.contextGiven(claims); n > 0 {
			contexts = append(contexts, n)
		}
		switch {
		case c.output == 0:
		case c.source == portkey:
			breakers = append(breakers, c.output)
		default:
			outputs = append(outputs, c.output)
		}
	}
	m.ContextTokens = s.limit(m, "context", contexts, nil, kin, func(m pricing.Model) int { return m.ContextTokens })
	m.MaxOutputTokens = s.limit(m, "output", outputs, breakers, kin, func(m pricing.Model) int { return m.MaxOutputTokens })
	if m.ContextTokens > 0 {
		m.MaxOutputTokens = min(m.MaxOutputTokens, m.ContextTokens)
	}
}

// limit settles one limit. Where the sources are split it goes by the undated name, then by the maker's model.
func (s *settler) limit(m *pricing.Model, field string, votes, breakers []int, kin *pricing.Model, of func(pricing.Model) int) int {
	value, v := vote(votes, breakers, sameLimit)
	if v == split && kin != nil && slices.Contains(votes, of(*kin)) {
		value, v = of(*kin), tiebreak
	}
	if v == split {
		if maker, ok := s.maker(m.Name); ok && slices.Contains(votes, of(maker)) {
			value, v = of(maker), tiebreak
		}
	}
	if v == split && field == "output" {
		value = slices.Max(votes)
	}
	s.tell(m.Name, field, v, votes, s.overrides.sets(m, field))
	return value
}

// contextGiven is the claim's vote for the context. LiteLLM states the limit of the prompt: with the answer it makes the
// context that another source states, or it is that context, where prompt and answer share it.
func (c claim) contextGiven(claims []claim) int {
	if c.source == portkey || c.context > 0 {
		return c.context
	}
	for _, other := range claims {
		if other.context > 0 && (other.context == c.input+c.output || other.input == c.input) {
			return other.context
		}
	}
	return c.input
}

// tell reports how a vote came out. A split at a first party is a fault unless it is ruled by hand.
func (s *settler) tell(name, field string, v verdict, votes any, ruled bool) {
	s.report.count(field, v)
	switch {
	case v == split && s.vendor.firstParty && !ruled:
		s.report.fault("%s/%s: %s: no majority among %v; write an override", s.vendor.name, name, field, votes)
	case v == split:
		s.report.note("%s/%s: %s: no majority among %v", s.vendor.name, name, field, votes)
	}
}

// maker finds the model that a reseller's name stands for.
func (s *settler) maker(name string) (pricing.Model, bool) {
	name = strings.TrimSuffix(name, "@default")
	for _, vendor := range []string{"", "openai", "anthropic", "gemini"} {
		if m, ok := s.makers.Lookup(vendor, name); ok && m.Flags.Has(pricing.Described) {
			return m, true
		}
	}
	return pricing.Model{}, false
}
