package pricing

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Model is one model at one vendor. The same model at two vendors is two entries, for limits and prices differ.
type Model struct {
	Vendor string
	// Name is the model's name as the vendor's API takes it.
	Name string
	// ContextTokens bounds prompt and answer together, MaxOutputTokens the answer; 0 is unknown.
	ContextTokens   int
	MaxOutputTokens int
	// Flags is what it can do.
	Flags Flags
	// Prices are the list prices of plain text at the standard tier. They are for display: surcharges for long prompts, for
	// regions or for the time of day are not in them.
	Prices Prices
	// Deprecated is the day on which the vendor withdraws it, zero if none is known.
	Deprecated time.Time
	// Sources holds the letters of the [Source] values that know the model.
	Sources string
}

// Prices are in dollars for a million tokens.
type Prices struct{ Input, Output, CacheRead Price }

// Price may be unknown, which is not a price of zero.
type Price struct {
	PerMillion request.Money
	Known      bool
}

// String gives the exact amount, or "" if the price is unknown.
func (p Price) String() string {
	if !p.Known {
		return ""
	}
	return p.PerMillion.String()
}

// Source is a list that the table was made from.
type Source struct {
	Letter byte
	Name   string
	// Date is the day of the copy, as 2006-01-02.
	Date string
}

// Capabilities gives limits and flags in the words of package request. Known is false where no source describes the model.
func (m Model) Capabilities() request.Capabilities {
	if !m.Flags.Has(Described) {
		return request.Capabilities{}
	}
	return request.Capabilities{
		Known:           true,
		ContextTokens:   m.ContextTokens,
		MaxOutputTokens: m.MaxOutputTokens,
		Streaming:       m.Flags.Has(Streaming),
		Tools:           m.Flags.Has(Tools),
		ParallelTools:   m.Flags.Has(ParallelTools),
		JSONMode:        m.Flags.Has(JSONMode),
		JSONSchema:      m.Flags.Has(JSONSchema),
		Vision:          m.Flags.Has(Vision),
		PDF:             m.Flags.Has(PDF),
		Audio:           m.Flags.Has(Audio),
		Reasoning:       m.Flags.Has(Reasoning),
		PromptCaching:   m.Flags.Has(PromptCaching),
		Sampling:        m.Flags.Has(Sampling),
	}
}
