package request

// Usage is what an answer used, in tokens. The first five counts are disjoint: no token is in two of them. The others say
// how many of those tokens were of a kind that has its own price.
type Usage struct {
	// InputTokens were read afresh: neither from nor into the provider's prompt cache.
	InputTokens        int
	CacheReadTokens    int
	CacheWrite5mTokens int
	CacheWrite1hTokens int
	// OutputTokens include reasoning.
	OutputTokens int

	// ReasoningTokens, AudioOutputTokens and ImageOutputTokens are part of OutputTokens.
	ReasoningTokens   int
	AudioOutputTokens int
	ImageOutputTokens int
	// AudioInputTokens and ImageInputTokens are part of InputTokens.
	AudioInputTokens int
	ImageInputTokens int
	// Units counts what is billed by use and not by token, such as web searches, by the provider's name for it.
	Units map[string]int

	// Reported: the counts are the provider's. Estimated: at least one is a guess. Both false: nothing is known.
	Reported  bool
	Estimated bool
	// Priced: Cost is known. A cost of zero with Priced false is not "free".
	Priced bool
	// CostReported: Cost is what the provider itself said it charged.
	CostReported bool
	// Cost is exact; CostUSD is the same amount in dollars, rounded to a float64. Set both with SetCost.
	Cost    Money
	CostUSD float64
}

// PromptTokens is everything that was read: fresh, from the cache and into it.
func (u Usage) PromptTokens() int {
	return u.InputTokens + u.CacheReadTokens + u.CacheWrite5mTokens + u.CacheWrite1hTokens
}

// TotalTokens is everything read and written.
func (u Usage) TotalTokens() int { return u.PromptTokens() + u.OutputTokens }

// SetCost records what the answer cost.
func (u *Usage) SetCost(m Money) {
	u.Cost, u.CostUSD, u.Priced = m, m.USD(), true
}

// Add returns the sum of two usages. The sum is reported or priced only where both are, estimated where either is; a
// usage of which nothing is known changes nothing.
func (u Usage) Add(v Usage) Usage {
	switch {
	case u.unknown():
		return v
	case v.unknown():
		return u
	}
	sum := Usage{
		InputTokens:        u.InputTokens + v.InputTokens,
		CacheReadTokens:    u.CacheReadTokens + v.CacheReadTokens,
		CacheWrite5mTokens: u.CacheWrite5mTokens + v.CacheWrite5mTokens,
		CacheWrite1hTokens: u.CacheWrite1hTokens + v.CacheWrite1hTokens,
		OutputTokens:       u.OutputTokens + v.OutputTokens,
		ReasoningTokens:    u.ReasoningTokens + v.ReasoningTokens,
		AudioOutputTokens:  u.AudioOutputTokens + v.AudioOutputTokens,
		ImageOutputTokens:  u.ImageOutputTokens + v.ImageOutputTokens,
		AudioInputTokens:   u.AudioInputTokens + v.AudioInputTokens,
		ImageInputTokens:   u.ImageInputTokens + v.ImageInputTokens,
		Units:              addUnits(u.Units, v.Units),
		Reported:           u.Reported && v.Reported,
		Estimated:          u.Estimated || v.Estimated,
		Priced:             u.Priced && v.Priced,
		CostReported:       u.CostReported && v.CostReported,
		Cost:               u.Cost + v.Cost,
	}
	sum.CostUSD = sum.Cost.USD()
	return sum
}

func (u Usage) unknown() bool {
	return !u.Reported && !u.Estimated && !u.Priced && u.TotalTokens() == 0 && len(u.Units) == 0
}

func addUnits(a, b map[string]int) map[string]int {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	sum := make(map[string]int, len(a)+len(b))
	for k, n := range a {
		sum[k] += n
	}
	for k, n := range b {
		sum[k] += n
	}
	return sum
}
