package main

import (
	"fmt"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// assumed is what a model is taken to do where no source speaks, for no request is to be refused on a guess. No source
// records which models lack JSON mode.
const assumed = pricing.Streaming | pricing.JSONMode | pricing.JSONSchema | pricing.Sampling

var allFlags = []pricing.Flags{
	pricing.Streaming, pricing.Tools, pricing.ParallelTools, pricing.JSONMode, pricing.JSONSchema, pricing.Vision, pricing.PDF,
	pricing.Audio, pricing.Reasoning, pricing.PromptCaching, pricing.Sampling,
}

func (s *settler) flags(name string, claims []claim, kin *pricing.Model) (flags pricing.Flags) {
	if !described(claims) {
		return 0
	}
	flags = pricing.Described
	for _, flag := range allFlags {
		if s.flag(name, flag, claims, kin, flags) {
			flags |= flag
		}
	}
	return flags
}

// flag settles one capability. earlier are those that stand before it in allFlags.
func (s *settler) flag(name string, flag pricing.Flags, claims []claim, kin *pricing.Model, earlier pricing.Flags) bool {
	if maker, ok := s.maker(name); ok && flag == pricing.Sampling && !s.vendor.firstParty {
		return maker.Flags.Has(flag) // what a model refuses it refuses wherever it is sold
	}
	field := fmt.Sprint(flag | pricing.Described)
	votes := votesOn(flag, claims, func(c claim) bool { return c.source != portkey })
	if len(votes) > 0 {
		yes := count(votes, func(v bool) bool { return v })
		v := verdictOf(yes, len(votes))
		s.tell(name, field, v, votes, true)
		if v == split {
			return votes[0]
		}
		return 2*yes > len(votes)
	}
	s.report.count(field, silent)
	if kin != nil && kin.Flags.Has(pricing.Described) {
		return kin.Flags.Has(flag)
	}
	if weak := votesOn(flag, claims, func(c claim) bool { return c.source == portkey }); len(weak) > 0 {
		return weak[0]
	}
	if flag == pricing.ParallelTools { // recorded where it differs from tools
		return earlier.Has(pricing.Tools)
	}
	return assumed.Has(flag) && !slices.ContainsFunc(claims, func(c claim) bool { return c.unlisted.Has(flag) })
}

func votesOn(flag pricing.Flags, claims []claim, counts func(claim) bool) (votes []bool) {
	for _, c := range claims {
		if counts(c) && (c.yes | c.no).Has(flag) {
			votes = append(votes, c.yes.Has(flag))
		}
	}
	return votes
}

func verdictOf(yes, all int) verdict {
	switch {
	case all == 1:
		return single
	case yes == 0 || yes == all:
		return unanimous
	case 2*yes == all:
		return split
	}
	return majority
}

// described: somebody says what the model can do. Portkey's form shows only some of it.
func described(claims []claim) bool {
	return slices.ContainsFunc(claims, func(c claim) bool { return c.source != portkey && c.yes|c.no != 0 })
}
