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
	Flags  Flags
	Prices Prices
	// Deprecated is the day on which the vendor withdraws it, zero if none is known.
	Deprecated time.Time
	// Sources holds the letters of the [Source] values that know the model.
	Sources string
}

// Equal reports whether two models are the same in everything, but for who states their prices.
func (m Model) Equal(n Model) bool {
	return m.Vendor == n.Vendor && m.Name == n.Name && m.ContextTokens == n.ContextTokens && m.MaxOutputTokens == n.MaxOutputTokens &&
		m.Flags == n.Flags && m.Deprecated.Equal(n.Deprecated) && m.Sources == n.Sources && m.Prices.Equal(n.Prices)
}

// Source is a list that the table was made from.
type Source struct {
	// Letter stands for it in the table, a to z.
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
