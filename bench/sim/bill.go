package sim

// Bill is what a provider charges for an answer that it has made, whether or not the client got it.
type Bill struct {
	// Text is that of the last user message, which tells requests apart.
	Text         string
	InputTokens  int
	OutputTokens int
	// Batched: it was part of a batch.
	Batched bool
}

// bill tells of the answer that was made.
func (t *turn) bill() {
	if t.sim.cfg.Billed != nil {
		t.sim.cfg.Billed(Bill{t.req.prompt().Text, t.prompt, t.written(), t.batched})
	}
}
